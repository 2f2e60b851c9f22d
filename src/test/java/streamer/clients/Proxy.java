package streamer.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import streamer.testing.Http2Client;
import streamer.testing.StreamClient;
import streamer.testing.Wait;

/** A real proxy in the foreground: a block of its configuration, in the least that has to stand around it. */
public final class Proxy implements AutoCloseable {
    /** The proxies by their headings in the docs. */
    public enum Kind {
        NGINX("nginx", "nginx -e stderr -p DIR -c DIR/config", """
                daemon off;
                master_process off;
                pid DIR/pid;
                events {}
                http {
                    access_log off;
                    client_body_temp_path DIR/body;
                    proxy_temp_path DIR/proxy;
                    fastcgi_temp_path DIR/fastcgi;
                    uwsgi_temp_path DIR/uwsgi;
                    scgi_temp_path DIR/scgi;
                    proxy_cache_path DIR/cache keys_zone=cache:1m;
                    server {
                        listen 127.0.0.1:PORT;
                BLOCK
                    }
                }
                """),
        HAPROXY("HAProxy", "haproxy -db -f DIR/config", """
                BLOCK

                frontend web
                    bind 127.0.0.1:PORT
                    default_backend streamer
                """),
        APACHE("Apache httpd", "apache2 -X -f DIR/config", """
                ServerRoot DIR
                DefaultRuntimeDir DIR
                PidFile DIR/pid
                ErrorLog /dev/stderr
                ServerName localhost
                User www-data
                Group www-data
                LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
                LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
                LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so
                LoadModule env_module /usr/lib/apache2/modules/mod_env.so
                LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
                LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so
                LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
                LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
                LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
                Listen 127.0.0.1:PORT
                <VirtualHost 127.0.0.1:PORT>
                BLOCK
                </VirtualHost>
                """),
        CADDY("Caddy", "caddy run --adapter caddyfile --config DIR/config", """
                {
                    admin off
                    default_bind 127.0.0.1
                    servers {
                        protocols h1 h2c
                    }
                }
                BLOCK
                """),
        VARNISH(
                "Varnish",
                "varnishd -F -j none -n DIR/work -a 127.0.0.1:PORT -T none -s malloc,16m"
                        + " -p pipe_timeout=3600 -f DIR/config",
                "BLOCK\n");

        private final String heading;
        private final String command;
        private final String around;

        Kind(String heading, String command, String around) {
            this.heading = heading;
            this.command = command;
            this.around = around;
        }

        private String block() throws IOException {
            var fence =
                    Pattern.compile("^## " + heading + "$.*?^```\\w+\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
            return fence.matcher(Files.readString(Path.of("docs/proxies.md")))
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
        }
    }

    private final InetSocketAddress address;
    private final Path log;
    private final Process process;

    private Proxy(InetSocketAddress address, Path log, Process process) {
        this.address = address;
        this.log = log;
        this.process = process;
    }

    /** Starts it with the docs' block before a server; waits until it listens. */
    static Proxy start(Kind kind, Path directory, InetSocketAddress server) throws IOException {
        return start(kind, kind.block(), directory, server);
    }

    /** The same with another block, in which the server's port is 8080. */
    public static Proxy start(Kind kind, String block, Path directory, InetSocketAddress server) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        var own = block.replace("8080", Integer.toString(server.getPort()));
        var config = kind.around.replace("BLOCK", own).replace("example.com", "http://:PORT");
        Files.writeString(directory.resolve("config"), filled(config, directory, address));
        var log = directory.resolve("log");
        var builder = new ProcessBuilder(Stream.concat(
                                // Where Debian has most of them; an ordinary user's PATH may lack it.
                                Stream.of("env", "PATH=" + System.getenv("PATH") + ":/usr/sbin"),
                                Stream.of(
                                        filled(kind.command, directory, address).split(" ")))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("HOME", directory.toString());
        var proxy = new Proxy(address, log, builder.start());
        proxy.awaitListening();
        return proxy;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String filled(String text, Path directory, InetSocketAddress address) {
        return text.replace("DIR", directory.toString()).replace("PORT", Integer.toString(address.getPort()));
    }

    private void awaitListening() throws IOException {
        Wait.until("it listens, or ends", () -> listens() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("does not start: " + Files.readString(log));
        }
    }

    private boolean listens() {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** A new connection to it, from this address. */
    StreamClient connect(String from) throws IOException {
        return new StreamClient(new InetSocketAddress(from, 0), address, 0);
    }

    /** A new connection of HTTP/2 to it. */
    Http2Client connectHttp2() throws IOException {
        return new Http2Client(address);
    }

    @Override
    public void close() throws IOException {
        var all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        Wait.until("the proxy has ended", () -> all.stream().noneMatch(ProcessHandle::isAlive));
    }
}
