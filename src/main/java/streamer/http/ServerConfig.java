package streamer.http;

import java.util.List;
import streamer.http.access.AccessConfig;
import streamer.http.listener.ListenerConfig;
import streamer.http.request.PathPattern;
import streamer.http.request.RequestConfig;
import streamer.http.response.ResponseConfig;

/**
 * How runs are served over HTTP.
 *
 * @param listener where the server listens
 * @param access who may run the command
 * @param paths the request paths that run the command
 * @param methods the request methods that run it
 * @param response how its output is streamed
 * @param request how a request's body is received
 */
public record ServerConfig(
        ListenerConfig listener,
        AccessConfig access,
        List<PathPattern> paths,
        List<String> methods,
        ResponseConfig response,
        RequestConfig request) {

    /** Defensive copies. */
    public ServerConfig {
        paths = List.copyOf(paths);
        methods = List.copyOf(methods);
    }

    /** Whether clients must authenticate. */
    public boolean asksWho() {
        return access.token() != null
                || access.tokenFile() != null
                || access.passwordFile() != null
                || (listener.tls() != null && listener.tls().clientAuthority() != null);
    }
}
