package streamer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import streamer.http.access.AccessConfig;
import streamer.http.access.Authority;
import streamer.http.access.Cidr;
import streamer.http.access.Origin;
import streamer.http.listener.TlsFiles;

/** The flags of access: who may run the command, and TLS. */
final class AccessOptions {
    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            converter = HostConverter.class,
            description = "One more host name under which a connection on loopback may ask. May be given again.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            converter = OriginConverter.class,
            description = "Web pages from here, like https://app.example.com, may run the command. May be given again.")
    private List<Origin> origins = new ArrayList<>();

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "Clients must send it: Authorization: Bearer TOKEN. Only by STREAMER_TOKEN in the environment.")
    private @Nullable String token;

    @Option(names = "--token-file", paramLabel = "FILE", description = "The same token, from a file.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--basic-auth-file",
            paramLabel = "FILE",
            description = "Clients must send a name and password of this file (htpasswd -B).")
    private @Nullable Path passwordFile;

    @Option(
            names = "--trust-proxy",
            paramLabel = "CIDR",
            split = ",",
            converter = CidrConverter.class,
            description = "Proxies whose Forwarded and X-Forwarded-For, -Proto and -Host are believed: an address or a"
                    + " block, several with commas. May be given again.")
    private List<Cidr> proxies = new ArrayList<>();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Speak HTTPS with this certificate (PEM, with its chain). Read again when it changes.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's key (PEM, not encrypted).")
    private @Nullable Path key;

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Clients must have a certificate from one of these authorities (PEM).")
    private @Nullable Path clientAuthority;

    @Option(
            names = "--open-list",
            description = "Everybody may list all runs with their paths, /-/runs. Default: only where clients must say"
                    + " who they are.")
    private boolean isListOpen;

    /**
     * The value of these flags, without those of TLS.
     *
     * @param secret {@code STREAMER_TOKEN}, which other users of the machine cannot see; null if not set
     * @throws UsageException if the token comes by the command line, twice, or cannot stand in a header
     */
    AccessConfig toAccess(@Nullable String secret) {
        if (token != null && !token.equals(secret)) {
            throw new UsageException("--token: not on the command line, where ps(1) shows it;"
                    + " set STREAMER_TOKEN, or use --token-file");
        }
        if (secret != null && (token == null || !AccessConfig.isToken(token))) {
            throw new UsageException("STREAMER_TOKEN: must be printable ASCII without blanks, and not empty");
        }
        if (token != null && tokenFile != null) {
            throw new UsageException("--token-file: there is a token in STREAMER_TOKEN already");
        }
        return new AccessConfig(new HashSet<>(hosts), origins, proxies, token, tokenFile, passwordFile, isListOpen);
    }

    /**
     * The value of the TLS flags; null for plain HTTP.
     *
     * @throws UsageException if one of the files that belong together is missing
     */
    @Nullable
    TlsFiles toTls() {
        if (certificate == null && key == null) {
            if (clientAuthority != null) {
                throw new UsageException("--tls-client-ca: needs --tls-cert and --tls-key");
            }
            return null;
        }
        if (certificate == null) {
            throw new UsageException("--tls-key: needs --tls-cert");
        }
        if (key == null) {
            throw new UsageException("--tls-cert: needs --tls-key");
        }
        return new TlsFiles(certificate, key, clientAuthority);
    }

    /** A host name without a port: {@code example.com}. */
    static final class HostConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            return Authority.parse(text)
                    .filter(authority -> authority.port().isEmpty())
                    .map(Authority::host)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is not a host name like example.com, without a port"));
        }
    }

    /** An origin: {@code https://app.example.com}. */
    static final class OriginConverter implements ITypeConverter<Origin> {
        @Override
        public Origin convert(String text) {
            return Origin.parse(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is not an origin like https://app.example.com"));
        }
    }

    /** A CIDR block: {@code 10.0.0.0/8}. */
    static final class CidrConverter implements ITypeConverter<Cidr> {
        @Override
        public Cidr convert(String text) {
            try {
                return Cidr.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
