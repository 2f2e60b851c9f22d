/**
 * Several machines as one, by Redis (or Valkey) 6.2 or newer.
 *
 * <p>In reading order: {@link streamer.redis.RedisMachines} is what the others ask; {@link streamer.redis.Keys} says
 * what stands in Redis, and {@link streamer.redis.Scripts} how it changes. There are two connections:
 * {@link streamer.redis.Commands} executes {@link streamer.redis.Job}s, many in one round trip, among them an
 * {@link streamer.redis.Uplink} for each run that is here and a {@link streamer.redis.Downlink} for each mirror that
 * is behind; {@link streamer.redis.Subscriber} waits for what comes for mirrors that are not, and for this machine.
 *
 * <p>Threads: one for each connection, and a pulse. Neither a command nor a viewer ever waits for Redis.
 */
@NullMarked
package streamer.redis;

import org.jspecify.annotations.NullMarked;
