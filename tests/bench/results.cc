// Medians and ratios.
#include "results.h"

#include <algorithm>

namespace flowdb::bench {
namespace {

double median(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  const size_t middle = figures.size() / 2;
  return figures.size() % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
}

}  // namespace

void Results::note(const std::string& group, const std::string& job, const char* unit,
                   const std::string& store, double figure) {
  const auto is_it = [&](const Job& other) { return other.group == group && other.name == job; };
  auto found = std::find_if(jobs_.begin(), jobs_.end(), is_it);
  if (found == jobs_.end()) {
    jobs_.push_back({group, job, unit, std::vector<std::vector<double>>(stores_.size())});
    found = jobs_.end() - 1;
  }
  const auto index = std::find(stores_.begin(), stores_.end(), store) - stores_.begin();
  found->figures[static_cast<size_t>(index)].push_back(figure);
}

void Results::print_table(std::FILE* out) const {
  std::string group;
  for (const Job& job : jobs_) {
    if (job.group != group) {
      group = job.group;
      std::fprintf(out, "\n%s\n  %-42s", group.c_str(), "");
      for (const std::string& store : stores_) std::fprintf(out, "%12s", store.c_str());
      for (size_t i = 1; i < stores_.size(); ++i) {
        std::fprintf(out, "%12s", ("/ " + stores_[i]).c_str());
      }
      std::fprintf(out, "\n");
    }
    std::fprintf(out, "  %-42s", (job.name + ", " + job.unit).c_str());
    for (const auto& figures : job.figures) {
      figures.empty() ? std::fprintf(out, "%12s", "-")
                      : std::fprintf(out, "%12.1f", median(figures));
    }
    for (size_t i = 1; i < stores_.size(); ++i) {
      job.figures[0].empty() || job.figures[i].empty()
          ? std::fprintf(out, "%12s", "-")
          : std::fprintf(out, "%11.2fx", median(job.figures[i]) / median(job.figures[0]));
    }
    std::fprintf(out, "\n");
  }
}

void Results::print_json(std::FILE* out) const {
  std::fprintf(out, "{\"jobs\":[");
  for (const Job& job : jobs_) {
    std::fprintf(out, "%s\n{\"group\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",\"stores\":{",
                 &job == &jobs_.front() ? "" : ",", job.group.c_str(), job.name.c_str(),
                 job.unit.c_str());
    const char* separator = "";
    for (size_t i = 0; i < stores_.size(); ++i) {
      if (job.figures[i].empty()) continue;
      std::fprintf(out, "%s\"%s\":{\"median\":%.3f,\"rounds\":[", separator, stores_[i].c_str(),
                   median(job.figures[i]));
      separator = ",";
      for (size_t k = 0; k < job.figures[i].size(); ++k) {
        std::fprintf(out, "%s%.3f", k == 0 ? "" : ",", job.figures[i][k]);
      }
      std::fprintf(out, "]}");
    }
    std::fprintf(out, "}}");
  }
  std::fprintf(out, "\n]}\n");
}

}  // namespace flowdb::bench
