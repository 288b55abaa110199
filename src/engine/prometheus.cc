// The counters and latencies in Prometheus' text format, version 0.0.4.
#include <string>

#include "engine/engine_state.h"

namespace flowdb {
namespace {

void put_head(std::string& out, std::string_view name, std::string_view help,
              std::string_view type) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void put_value(std::string& out, std::string_view name, std::string_view type,
               std::string_view help, uint64_t value) {
  put_head(out, name, help, type);
  out.append(name).append(" ").append(std::to_string(value)).append("\n");
}

// Nanoseconds as seconds, with all digits.
std::string seconds(uint64_t ns) {
  std::string digits = std::to_string(ns);
  if (digits.size() < 10) digits.insert(0, 10 - digits.size(), '0');
  return digits.insert(digits.size() - 9, ".");
}

void put_latency(std::string& out, std::string_view operation, const LatencyHistogram& latency) {
  const std::string name = "flowdb_latency_seconds";
  const std::string label = "{operation=\"" + std::string(operation) + "\"";
  for (const auto& [quantile, part] :
       {std::pair("0.5", 0.5), {"0.95", 0.95}, {"0.99", 0.99}, {"0.999", 0.999}}) {
    out += name + label + ",quantile=\"" + quantile + "\"} " +
           seconds(latency.percentile_ns(part)) + "\n";
  }
  out += name + "_sum" + label + "} " + seconds(latency.sum_ns()) + "\n";
  out += name + "_count" + label + "} " + std::to_string(latency.count()) + "\n";
}

}  // namespace

std::string Engine::prometheus_text() const {
  const EngineStats s = stats();
  std::string out;
  const auto gauge = [&](std::string_view name, std::string_view help, uint64_t value) {
    put_value(out, name, "gauge", help, value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, uint64_t value) {
    put_value(out, name, "counter", help, value);
  };
  gauge("flowdb_memtable_bytes", "Memory of the memtables.", s.memtable_bytes);
  gauge("flowdb_cache_bytes", "Memory of the block cache.", s.cache_bytes);
  gauge("flowdb_tables", "Live tables.", s.tables);
  gauge("flowdb_table_bytes", "Bytes of the live tables.", s.table_bytes);
  gauge("flowdb_dead_bytes", "Bytes of the container that no live table takes.", s.dead_bytes);
  gauge("flowdb_log_bytes", "Bytes of the log file.", s.log_bytes);
  counter("flowdb_flushes_total", "Memtables written to tables.", s.flushes);
  counter("flowdb_compactions_total", "Compactions committed.", s.compactions);
  counter("flowdb_expired_tables_total", "Tables dropped unread, because all had expired.",
          s.expired_tables);
  counter("flowdb_log_writes_total", "Writes to the log.", s.log_writes);
  counter("flowdb_log_syncs_total", "Flushes of the log.", s.log_syncs);
  counter("flowdb_recovered_batches_total", "Batches that the open took from the log.",
          s.recovered_batches);
  counter("flowdb_blocks_read_total", "Blocks read from the container.", s.blocks_read);
  counter("flowdb_blocks_cached_total", "Blocks found in the cache.", s.blocks_cached);
  counter("flowdb_blocks_skipped_total", "Blocks not read, because of their times.",
          s.blocks_skipped);
  if (const EngineLatencies* const measured = latencies(); measured != nullptr) {
    put_head(out, "flowdb_latency_seconds", "Latencies of the engine's calls and steps.",
             "summary");
    put_latency(out, "get", measured->get);
    put_latency(out, "write", measured->write);
    put_latency(out, "flush", measured->flush);
    put_latency(out, "compaction", measured->compaction);
    put_latency(out, "log_write", measured->log_write);
  }
  return out;
}

const EngineLatencies* Engine::latencies() const { return state_->latencies.get(); }

}  // namespace flowdb
