package streamer.http.listener;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS, by files in PEM.
 *
 * @param certificate the server's certificate and those that lead to its authority
 * @param key the certificate's private key
 * @param clientAuthority the certificates of those who vouch for clients; null if clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientAuthority) {}
