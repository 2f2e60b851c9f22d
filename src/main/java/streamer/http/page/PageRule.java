package streamer.http.page;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import streamer.format.FormatChoice;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;

/**
 * A browser's navigation gets the page, which asks for the run by itself, and starts none by being opened; all other
 * requests get what they always got.
 */
public final class PageRule implements HttpHandler {
    private static final HttpString POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString OPENER = new HttpString("Cross-Origin-Opener-Policy");
    private static final HttpString REFERRER = new HttpString("Referrer-Policy");
    private static final String ONLY_OWN = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    /** Printable, and of no meaning between single quotes in a shell. */
    private static final Pattern STRANGE = Pattern.compile("[^!#-&(-~]");

    private final PageSettings settings;
    private final FormatChoice formats;
    private final HttpHandler next;
    private final String template;

    /**
     * A rule.
     *
     * @param formats tells what a client takes that is no navigation
     * @param file the page's, as a template
     */
    public PageRule(PageSettings settings, FormatChoice formats, String file, HttpHandler next) {
        this.settings = settings;
        this.formats = formats;
        this.next = next;
        template = PageSource.text(file);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!Navigation.isOne(exchange, formats)) {
            next.handleRequest(exchange);
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.add(Headers.VARY, "Accept");
        headers.put(POLICY, ONLY_OWN);
        headers.put(OPENER, "same-origin");
        headers.put(REFERRER, "no-referrer");
        var mayStart = settings.methods().contains("GET") && Navigation.isMeant(exchange);
        var text = template.replace("{{settings}}", attributes(exchange, mayStart))
                .replace("{{curl}}", escaped(curl(exchange)));
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        Answer.html(exchange, Gzip.negotiate(exchange) ? Gzip.encode(bytes) : bytes);
    }

    private String attributes(HttpServerExchange exchange, boolean mayStart) {
        var values = Map.of(
                "start", mayStart ? "now" : "button",
                "command", RequestPath.withQuery(exchange),
                "methods", String.join(",", settings.methods()),
                "uploads", settings.uploads(),
                "keeps", String.valueOf(settings.keeps()),
                "heartbeats", String.valueOf(settings.hasHeartbeats()),
                "stderr", settings.stderr());
        var text = new StringBuilder();
        values.forEach((name, value) -> text.append(" data-")
                .append(name)
                .append("=\"")
                .append(escaped(value))
                .append('"'));
        return text.toString();
    }

    private static String curl(HttpServerExchange exchange) {
        return "'" + STRANGE.matcher(exchange.getRequestURL() + query(exchange)).replaceAll("") + "'";
    }

    private static String query(HttpServerExchange exchange) {
        return exchange.getQueryString().isEmpty() ? "" : "?" + exchange.getQueryString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
