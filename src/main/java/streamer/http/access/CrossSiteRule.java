package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;

/**
 * CSRF protection by Fetch Metadata and {@code Origin}, with CORS (Fetch standard) for the allowed origins: pages of
 * other sites cannot run the command through a visitor's browser. Clients that are no browsers send none of these
 * headers, and pass.
 */
public final class CrossSiteRule implements HttpHandler {
    private static final HttpString SEC_FETCH_SITE = new HttpString("Sec-Fetch-Site");
    private static final HttpString SEC_FETCH_MODE = new HttpString("Sec-Fetch-Mode");
    private static final HttpString SEC_FETCH_USER = new HttpString("Sec-Fetch-User");
    private static final HttpString SEC_FETCH_DEST = new HttpString("Sec-Fetch-Dest");
    private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");
    private static final HttpString REQUEST_HEADERS = new HttpString("Access-Control-Request-Headers");
    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_CREDENTIALS = new HttpString("Access-Control-Allow-Credentials");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final int MAX_AGE_SECONDS = 600;
    private static final Pattern HEADER_LIST = Pattern.compile("[A-Za-z0-9, _-]+");
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD");

    private final List<Origin> allowed;
    private final Function<String, List<String>> methods;
    private final Predicate<HttpServerExchange> harmless;
    private final HttpHandler next;

    /**
     * A rule.
     *
     * @param allowed the origins whose pages may run the command
     * @param methods the methods that a path has
     * @param harmless which requests run nothing, and get nothing that another page could read
     */
    public CrossSiteRule(
            List<Origin> allowed,
            Function<String, List<String>> methods,
            Predicate<HttpServerExchange> harmless,
            HttpHandler next) {
        this.allowed = allowed;
        this.methods = methods;
        this.harmless = harmless;
        this.next = next;
    }

    /** Whether a request that has passed is one of another site's page, from an allowed origin. */
    public static boolean isOfAnotherSite(HttpServerExchange exchange) {
        return exchange.getResponseHeaders().contains(ALLOW_ORIGIN);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var text = only(exchange, Headers.ORIGIN);
        var origin = text.flatMap(Origin::parse);
        if (!allowed.isEmpty()) {
            exchange.getResponseHeaders().add(Headers.VARY, "Origin");
        }
        if (origin.isPresent() && allowed.stream().anyMatch(origin.get()::isSameAs)) {
            allow(exchange, text.get());
        } else if (isForeign(exchange, origin) && !harmless.test(exchange)) {
            Answer.line(exchange, 403, "Not for pages of other sites; --allow-origin lets those of one in.");
        } else {
            next.handleRequest(exchange);
        }
    }

    /** The value of a header that occurs exactly once; else empty. */
    private static Optional<String> only(HttpServerExchange exchange, HttpString name) {
        var values = exchange.getRequestHeaders().get(name);
        return values == null || values.size() > 1 ? Optional.empty() : Optional.of(values.getFirst());
    }

    private void allow(HttpServerExchange exchange, String origin) throws Exception {
        var headers = exchange.getResponseHeaders();
        headers.put(ALLOW_ORIGIN, origin);
        headers.put(ALLOW_CREDENTIALS, "true");
        if (exchange.getRequestMethod().toString().equals("OPTIONS")
                && exchange.getRequestHeaders().contains(REQUEST_METHOD)) {
            headers.put(ALLOW_METHODS, String.join(", ", methods.apply(RequestPath.of(exchange))));
            only(exchange, REQUEST_HEADERS)
                    .filter(names -> HEADER_LIST.matcher(names).matches())
                    .ifPresent(names -> headers.put(ALLOW_HEADERS, names));
            headers.put(MAX_AGE, MAX_AGE_SECONDS);
            Answer.empty(exchange, 204);
        } else {
            headers.put(
                    EXPOSE_HEADERS, StreamHead.OWN + ", Retry-After, Content-Location, Location, Preference-Applied");
            next.handleRequest(exchange);
        }
    }

    private static boolean isForeign(HttpServerExchange exchange, Optional<Origin> origin) {
        var sites = exchange.getRequestHeaders().get(SEC_FETCH_SITE);
        if (sites != null) {
            return !OWN_SITE.containsAll(sites) && !isClick(exchange);
        }
        if (!exchange.getRequestHeaders().contains(Headers.ORIGIN)) {
            return false;
        }
        var host = only(exchange, Headers.HOST).flatMap(Authority::parse);
        return origin.isEmpty() || host.isEmpty() || !origin.get().isAt(host.get());
    }

    /**
     * Whether it is a user's top-level navigation from another site, which shows them the address; never on loopback.
     */
    private static boolean isClick(HttpServerExchange exchange) {
        return !HostRule.isLocal(exchange)
                && SAFE_METHODS.contains(exchange.getRequestMethod().toString())
                && only(exchange, SEC_FETCH_MODE).filter("navigate"::equals).isPresent()
                && only(exchange, SEC_FETCH_USER).filter("?1"::equals).isPresent()
                && only(exchange, SEC_FETCH_DEST).orElse("document").equals("document");
    }
}
