package streamer.http.listener;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of TLS, in PEM.
 *
 * @param certificate the server's certificate and its chain
 * @param key the certificate's private key
 * @param clientAuthority the CA certificates for client certificates (mutual TLS); null if clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientAuthority) {}
