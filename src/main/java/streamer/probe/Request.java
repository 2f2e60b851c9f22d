package streamer.probe;

import java.util.ArrayList;
import java.util.List;

/**
 * A GET request.
 *
 * @param address where to
 * @param isGzip whether a compressed answer is accepted
 * @param isAsked whether that is the server which the user gave the probe, and headers for
 */
record Request(Address address, boolean isGzip, boolean isAsked) {
    /**
     * Its head (RFC 9112, 3); the user's fields take the place of those of the same name. Another server gets none of
     * them: what is a secret cannot be told from a name, and a host is another there.
     */
    String head(Settings settings) {
        var fields = new ArrayList<Head.Field>();
        fields.add(new Head.Field("Host", address.authority()));
        fields.add(new Head.Field("User-Agent", "streamer-probe"));
        fields.add(new Head.Field("Accept", "*/*"));
        fields.add(new Head.Field("Accept-Encoding", isGzip ? "gzip" : "identity"));
        address.authorization().ifPresent(value -> fields.add(new Head.Field("Authorization", value)));
        var own = isAsked ? settings.headers() : List.<Head.Field>of();
        fields.removeIf(field -> isIn(own, field));
        fields.addAll(own);
        var head = new StringBuilder("GET " + address.target() + " HTTP/1.1\r\n");
        fields.forEach(field -> head.append(field).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private static boolean isIn(List<Head.Field> fields, Head.Field field) {
        return fields.stream().anyMatch(other -> other.name().equalsIgnoreCase(field.name()));
    }
}
