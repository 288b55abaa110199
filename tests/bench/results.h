// What was measured, and its two forms: a table for a person, JSON for a program.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace flowdb::bench {

class Results {
 public:
  explicit Results(std::vector<std::string> stores) : stores_(std::move(stores)) {}

  // One figure of `store` for a job; smaller is better. Jobs appear in the order in which they are
  // first noted.
  void note(const std::string& group, const std::string& job, const char* unit,
            const std::string& store, double figure);

  // Medians, and each other store's median divided by the first store's.
  void print_table(std::FILE* out) const;
  void print_json(std::FILE* out) const;

 private:
  struct Job {
    std::string group;
    std::string name;
    std::string unit;
    std::vector<std::vector<double>> figures;  // by store
  };

  std::vector<std::string> stores_;
  std::vector<Job> jobs_;
};

}  // namespace flowdb::bench
