package streamer.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import streamer.probe.Head.Field;
import streamer.probe.Probe;
import streamer.probe.Row;
import streamer.probe.Row.Piece;

/** A probe's result as fields of JSON; times are in milliseconds since the request, and by how much lines are late. */
final class ProbeFields {
    private static final double NANOS = 1e6;
    private static final double THOUSANDTHS = 1e3;

    private ProbeFields() {}

    static Map<String, Object> of(Probe.Report report) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("url", report.at().url());
        fields.put("streamer", report.isStreamer());
        fields.put("verdict", report.verdict().outcome());
        fields.put("sentence", report.verdict().sentence());
        fields.put("rows", report.rows().stream().map(ProbeFields::row).toList());
        return fields;
    }

    private static Map<String, Object> row(Row row) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("accept_encoding", row.trial().isGzip() ? "gzip" : "identity");
        fields.put("line_bytes", row.trial().lineBytes());
        fields.put("x_accel_buffering", row.trial().hasAccel());
        fields.put("arrives", row.shape().name().toLowerCase(Locale.ROOT));
        fields.put("version", row.head().version());
        fields.put("status", row.head().status());
        fields.put("gzip", row.head().isGzip());
        fields.put("hops", row.hops().stream().map(Field::toString).toList());
        fields.put("head_ms", millis(row.headAfter()));
        fields.put("first_ms", millis(row.firstAfter()));
        fields.put("late_median_ms", millis(row.lateMedian()));
        fields.put("late_max_ms", millis(row.lateMax()));
        fields.put("end", row.end().name().toLowerCase(Locale.ROOT));
        fields.put("piece_bytes", row.pieces().stream().map(Piece::bytes).toList());
        fields.put("arrivals_ms", arrivals(row));
        return fields;
    }

    private static List<Double> arrivals(Row row) {
        return row.arrivals().stream().map(ProbeFields::millis).toList();
    }

    private static double millis(Duration time) {
        return Math.round(time.toNanos() / NANOS * THOUSANDTHS) / THOUSANDTHS;
    }
}
