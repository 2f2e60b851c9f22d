package streamer.http.page;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.List;
import java.util.Optional;
import streamer.format.FormatChoice;
import streamer.http.access.RepeatRule;
import streamer.http.request.Accept;

/**
 * Which requests are those of a person who opens an address in a browser, by Fetch Metadata; a browser sends none to
 * plain HTTP beyond the loopback, and there asks for a secure one (Upgrade Insecure Requests, 3.2.1). A download, a
 * prefetch, a frame or a script is no navigation, nor is a client that is no browser.
 */
public final class Navigation {
    private static final HttpString MODE = new HttpString("Sec-Fetch-Mode");
    private static final HttpString DESTINATION = new HttpString("Sec-Fetch-Dest");
    private static final HttpString SITE = new HttpString("Sec-Fetch-Site");
    private static final HttpString UPGRADE = new HttpString("Upgrade-Insecure-Requests");
    private static final List<HttpString> METADATA = List.of(MODE, DESTINATION, SITE);

    private Navigation() {}

    /** Whether the request is a navigation that takes a page rather than what it would get else. */
    public static boolean isOne(HttpServerExchange exchange, FormatChoice formats) {
        var method = exchange.getRequestMethod();
        return (method.equals(Methods.GET) || method.equals(Methods.HEAD))
                && !RepeatRule.isPrefetch(exchange)
                && isOfWindow(exchange)
                && formats.prefersPage(Accept.of(exchange));
    }

    private static boolean isOfWindow(HttpServerExchange exchange) {
        return METADATA.stream().anyMatch(name -> exchange.getRequestHeaders().contains(name))
                ? has(exchange, MODE, "navigate") && has(exchange, DESTINATION, "document")
                : has(exchange, UPGRADE, "1");
    }

    /** Whether a person typed the address, chose a bookmark, or came from a page of this server. */
    static boolean isMeant(HttpServerExchange exchange) {
        return has(exchange, SITE, "none") || has(exchange, SITE, "same-origin");
    }

    private static boolean has(HttpServerExchange exchange, HttpString name, String value) {
        return Optional.ofNullable(exchange.getRequestHeaders().get(name))
                .filter(values -> values.size() == 1 && values.getFirst().equals(value))
                .isPresent();
    }
}
