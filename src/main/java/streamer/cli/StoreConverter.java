package streamer.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import streamer.redis.RedisUrl;

/** The URL of a Redis server; what is said of a bad one does not repeat it, as it may have a password. */
final class StoreConverter implements ITypeConverter<RedisUrl> {
    @Override
    public RedisUrl convert(String text) {
        try {
            return RedisUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("a store's URL " + e.getMessage());
        }
    }
}
