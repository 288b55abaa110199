// ForwardingFile and ForwardingDirectory: hand each call on to another one, for tests that change
// or note some of them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/directory.h"
#include "storage/file.h"

namespace flowdb {

class ForwardingFile : public File {
 public:
  explicit ForwardingFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_->read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    return file_->write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_->truncate(size); }
  Status sync() override { return file_->sync(); }
  Result<uint64_t> size() override { return file_->size(); }
  std::string_view name() const override { return file_->name(); }

 private:
  const std::unique_ptr<File> file_;
};

class ForwardingDirectory : public Directory {
 public:
  explicit ForwardingDirectory(std::unique_ptr<Directory> directory)
      : directory_(std::move(directory)) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    return wrapped(directory_->create_file(name));
  }
  Result<std::unique_ptr<File>> open_file(const std::string& name) override {
    return wrapped(directory_->open_file(name));
  }
  Status rename(const std::string& from, const std::string& to) override {
    return directory_->rename(from, to);
  }
  Status remove(const std::string& name) override { return directory_->remove(name); }
  Result<std::vector<std::string>> list() override { return directory_->list(); }
  Status sync() override { return directory_->sync(); }
  std::string_view name() const override { return directory_->name(); }

 private:
  // What is handed out in the place of an open file.
  virtual std::unique_ptr<File> wrap(std::unique_ptr<File> file) = 0;

  Result<std::unique_ptr<File>> wrapped(Result<std::unique_ptr<File>> file) {
    if (!file.is_ok()) return file;
    return wrap(std::move(file).value());
  }

  const std::unique_ptr<Directory> directory_;
};

}  // namespace flowdb
