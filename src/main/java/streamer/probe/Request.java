package streamer.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A GET request.
 *
 * @param address where to
 * @param isGzip whether a compressed answer is accepted
 * @param hasCredentials whether the user's credentials may be told there
 */
record Request(Address address, boolean isGzip, boolean hasCredentials) {
    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "proxy-authorization");

    /** Its head (RFC 9112, 3); the user's fields take the place of those of the same name. */
    String head(Settings settings) {
        var fields = new ArrayList<Head.Field>();
        fields.add(new Head.Field("Host", address.authority()));
        fields.add(new Head.Field("User-Agent", "streamer-probe"));
        fields.add(new Head.Field("Accept", "*/*"));
        fields.add(new Head.Field("Accept-Encoding", isGzip ? "gzip" : "identity"));
        address.authorization().ifPresent(value -> fields.add(new Head.Field("Authorization", value)));
        var own = settings.headers().stream().filter(this::maySend).toList();
        fields.removeIf(field -> isIn(own, field));
        fields.addAll(own);
        var head = new StringBuilder("GET " + address.target() + " HTTP/1.1\r\n");
        fields.forEach(field -> head.append(field).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private boolean maySend(Head.Field field) {
        return hasCredentials || !CREDENTIALS.contains(field.name().toLowerCase(Locale.ROOT));
    }

    private static boolean isIn(List<Head.Field> fields, Head.Field field) {
        return fields.stream().anyMatch(other -> other.name().equalsIgnoreCase(field.name()));
    }
}
