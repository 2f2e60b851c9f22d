package streamer.probe;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Hops that can be known by the fields which they add to a head, and what cures each of what it may do to a stream. */
public enum Hop {
    /** By its name, or those of its offspring. */
    NGINX(
            "nginx",
            "server: (nginx|openresty|tengine|angie|freenginx)\\b.*",
            "`proxy_buffering off;` (`fastcgi_`, `uwsgi_`, `grpc_` likewise), and no `proxy_ignore_headers"
                    + " X-Accel-Buffering`",
            "`gzip off;` there, or no text/plain in `gzip_types`",
            "`proxy_cache off;`"),
    /** Apache httpd. */
    APACHE(
            "Apache httpd",
            "server: apache\\b(?!-coyote).*",
            "`flushpackets=on` at the end of its `ProxyPass`",
            "`SetEnv no-gzip 1` there, which keeps mod_deflate out",
            "`CacheDisable` there"),
    /** Names itself twice. */
    VARNISH(
            "Varnish",
            "(via: .*varnish.*|x-varnish: .*)",
            "`return (pipe)` in `vcl_recv`, or `set beresp.do_stream = true`",
            "`set beresp.do_gzip = false` in `vcl_backend_response`",
            "`return (pass)` or `return (pipe)` in `vcl_recv`"),
    /** By its name. */
    CADDY(
            "Caddy",
            "(via: .*\\bcaddy\\b.*|server: caddy\\b.*)",
            "`flush_interval -1` in its `reverse_proxy`",
            "no `encode` for this path, by a matcher",
            "no cache for this path"),
    /** By its name. */
    LIGHTTPD(
            "lighttpd",
            "server: lighttpd\\b.*",
            "`server.stream-response-body = 2`",
            "no text/plain in `deflate.mimetypes`",
            "no cache for this path"),
    /** The network's edge. */
    CLOUDFLARE(
            "Cloudflare",
            "(cf-ray: .*|server: cloudflare)",
            "no rule or worker there that reads the body",
            "a compression rule that turns it off for this path",
            "a cache rule that bypasses this path"),
    /** Amazon's network. */
    CLOUDFRONT(
            "CloudFront",
            "(via: .*cloudfront.*|x-amz-cf-id: .*)",
            "no Lambda@Edge that reads the body",
            "`Compress: false` in its behavior",
            "the policy CachingDisabled in its behavior"),
    /** By what its caches are called. */
    FASTLY(
            "Fastly",
            "x-served-by: .*cache-.*",
            "`set beresp.do_stream = true` in `vcl_fetch`",
            "no text/plain in its compression policy",
            "`return(pass)` in `vcl_recv`"),
    /** Also inside of meshes. */
    ENVOY(
            "Envoy",
            "(server: (istio-)?envoy|x-envoy-upstream-service-time: .*)",
            "no buffer filter on this route",
            "no compressor filter on this route",
            "no cache filter on this route"),
    /** By its name. */
    SQUID(
            "Squid",
            "(via: .*\\bsquid\\b.*|x-squid-error: .*)",
            "no ICAP or eCAP service that reads the body",
            "no eCAP service that compresses",
            "`cache deny` for this path"),
    /** Microsoft's, with its Application Request Routing. */
    IIS(
            "IIS",
            "server: microsoft-iis\\b.*",
            "`responseBufferLimit=\"0\"` in ARR's `proxy` settings",
            "`doDynamicCompression=\"false\"`",
            "no output caching for this path");

    /** The cure of what is not known better. */
    static final String SEE_ITS_LOG = "what its log says";

    private static final Pattern TOLD = Pattern.compile(
            "server|via|age|x-cache.*|cache-status|x-served-by|x-timer|x-varnish|"
                    + "cf-.*|x-amz-cf-.*|x-proxy-cache|x-envoy-.*|x-akamai-.*|x-squid-.*|x-fastly-.*|fly-request-id|"
                    + "x-azure-ref|x-github-request-id|x-nginx-.*|x-litespeed-.*|x-drupal-cache",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final String title;
    private final Pattern sign;
    private final String againstBuffering;
    private final String againstGzip;
    private final String againstCache;

    Hop(String title, String sign, String againstBuffering, String againstGzip, String againstCache) {
        this.title = title;
        this.sign = Pattern.compile(sign, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
        this.againstBuffering = againstBuffering;
        this.againstGzip = againstGzip;
        this.againstCache = againstCache;
    }

    /** Those that a head names. */
    static List<Hop> of(Head head) {
        return Arrays.stream(values())
                .filter(hop -> head.fields().stream()
                        .anyMatch(field -> hop.sign.matcher(field.toString()).matches()))
                .toList();
    }

    /** The fields of a head that tell of hops, of those known here and others. */
    static List<Head.Field> told(Head head) {
        return head.fields().stream()
                .filter(field -> TOLD.matcher(field.name()).matches())
                .toList();
    }

    /** What cures that it holds bytes. */
    String againstBuffering() {
        return againstBuffering;
    }

    /** What cures that it compresses. */
    String againstGzip() {
        return againstGzip;
    }

    /** What cures that it answers by itself. */
    String againstCache() {
        return againstCache;
    }

    /** What cures that a stream does not come through it whole. */
    String againstBreaking() {
        return this == VARNISH ? "`return (pipe)` in `vcl_recv`, since it cannot take trailers" : SEE_ITS_LOG;
    }

    @Override
    public String toString() {
        return title;
    }
}
