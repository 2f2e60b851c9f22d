package streamer.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.DoubleSupplier;

/**
 * Metrics in Prometheus' text format, version 0.0.4, with those of the JVM.
 *
 * <p>Threads: any.
 */
public final class Exposition {
    /** The format's media type. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final Metrics metrics;
    private final PrometheusTextFormatWriter writer =
            PrometheusTextFormatWriter.builder().build();
    private final PrometheusRegistry jvm = new PrometheusRegistry();

    /** Of these metrics. */
    public Exposition(Metrics metrics) {
        this.metrics = metrics;
        JvmMetrics.builder().register(jvm);
    }

    /** All of them as they are now. */
    public String text() {
        var snapshots = MetricSnapshots.builder();
        snapshots.metricSnapshot(
                counts("streamer_runs_ended", "Runs that have ended, by how.", "ended", metrics.endings()));
        snapshots.metricSnapshot(counts(
                "streamer_requests",
                "Requests whose responses have ended, by their status.",
                "code",
                metrics.requests()));
        snapshots.metricSnapshot(
                counts("streamer_refusals", "Requests that were refused, by why.", "reason", metrics.refusals()));
        snapshots.metricSnapshot(
                times("streamer_run_duration_seconds", "How long runs took that were launched.", metrics.runTimes()));
        snapshots.metricSnapshot(times(
                "streamer_launch_duration_seconds", "How long commands took to be launched.", metrics.launchTimes()));
        for (var figure : metrics.figures()) {
            snapshots.metricSnapshot(
                    figure.isTotal() ? counter(figure.name(), figure.help(), figure.value()) : gauge(figure));
        }
        jvm.scrape().forEach(snapshots::metricSnapshot);
        var text = new ByteArrayOutputStream();
        try {
            writer.write(text, snapshots.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is none in memory
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static MetricSnapshot counts(String name, String help, String label, Counts of) {
        var snapshot = CounterSnapshot.builder().name(name).help(help);
        of.values()
                .forEach((value, count) -> snapshot.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(Labels.of(label, value))
                        .value(count)
                        .build()));
        return snapshot.build();
    }

    private static MetricSnapshot counter(String name, String help, DoubleSupplier value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterDataPointSnapshot.builder()
                        .value(value.getAsDouble())
                        .build())
                .build();
    }

    private static MetricSnapshot gauge(Metrics.Figure figure) {
        return GaugeSnapshot.builder()
                .name(figure.name())
                .help(figure.help())
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .value(figure.value().getAsDouble())
                        .build())
                .build();
    }

    private static MetricSnapshot times(String name, String help, Times of) {
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .unit(Unit.SECONDS)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(of.bounds(), of.counts()))
                        .sum(of.sum())
                        .build())
                .build();
    }
}
