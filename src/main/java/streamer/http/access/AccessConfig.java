package streamer.http.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may run the command.
 *
 * @param hosts further host names for connections on loopback, normalized as by {@link Authority}
 * @param origins the origins whose pages may run the command
 * @param proxies the trusted proxies, whose {@code Forwarded} headers are applied
 * @param token what clients must present; null for none
 * @param tokenFile the file that holds such a token; null for none
 * @param passwordFile the file that holds names and passwords, one of which clients must present; null for none
 * @param isListOpen whether everybody who may run the command may list all runs
 */
public record AccessConfig(
        Set<String> hosts,
        List<Origin> origins,
        List<Cidr> proxies,
        @Nullable String token,
        @Nullable Path tokenFile,
        @Nullable Path passwordFile,
        boolean isListOpen) {

    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

    /** Defensive copies. */
    public AccessConfig {
        hosts = Set.copyOf(hosts);
        origins = List.copyOf(origins);
        proxies = List.copyOf(proxies);
    }

    /** Whether the text can be a token: visible ASCII, not empty. */
    public static boolean isToken(String text) {
        return VISIBLE.matcher(text).matches();
    }

    /** Without the token, which must not get into logs. */
    @Override
    public String toString() {
        return "AccessConfig[" + hosts + origins + proxies + (token == null ? "" : "token") + tokenFile + passwordFile
                + (isListOpen ? "list" : "") + "]";
    }
}
