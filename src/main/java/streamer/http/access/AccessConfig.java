package streamer.http.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who gets to the command.
 *
 * @param hosts more names for connections on loopback, as {@link Authority} writes them
 * @param origins the origins whose pages may run the command
 * @param proxies whose word is taken for who the client is
 * @param token what clients must present; null for none
 * @param tokenFile the file that holds such a token; null for none
 * @param passwordFile the file that holds names and passwords, one of which clients must present; null for none
 */
public record AccessConfig(
        Set<String> hosts,
        List<Origin> origins,
        List<Cidr> proxies,
        @Nullable String token,
        @Nullable Path tokenFile,
        @Nullable Path passwordFile) {

    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

    /** Copies what could change. */
    public AccessConfig {
        hosts = Set.copyOf(hosts);
        origins = List.copyOf(origins);
        proxies = List.copyOf(proxies);
    }

    /** Whether this can be a token: it must fit into a header. */
    public static boolean isToken(String text) {
        return VISIBLE.matcher(text).matches();
    }

    /** Without the token: values get printed. */
    @Override
    public String toString() {
        return "AccessConfig[" + hosts + origins + proxies + (token == null ? "" : "token") + tokenFile + passwordFile
                + "]";
    }
}
