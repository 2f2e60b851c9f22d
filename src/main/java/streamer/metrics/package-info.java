/**
 * What is counted, and how it is told to Prometheus.
 *
 * <p>In reading order: {@link streamer.metrics.Metrics} has {@link streamer.metrics.Counts},
 * {@link streamer.metrics.Times} and figures that are asked for; {@link streamer.metrics.Exposition} writes them as
 * text, by a library that is loaded when somebody asks for the first time.
 *
 * <p>Threads: any count; any ask.
 */
@NullMarked
package streamer.metrics;

import org.jspecify.annotations.NullMarked;
