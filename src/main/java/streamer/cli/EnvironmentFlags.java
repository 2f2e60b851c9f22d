package streamer.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import streamer.http.request.CgiEnvironment;

/**
 * Flags from the environment: {@code STREAMER_<FLAG>} for each that is not given on the command line, and {@code PORT}
 * for the port. Empty variables count as unset, and so do the service addresses that Kubernetes sets.
 */
final class EnvironmentFlags {
    private static final String PREFIX = "STREAMER_";
    private static final String PORT = "PORT";
    /** Set by a platform for its one JVM, say a heap of most of its memory; not for a JVM that the command starts. */
    private static final String JVM_OPTIONS = "JAVA_TOOL_OPTIONS";

    private static final String TOKEN = "STREAMER_TOKEN";
    /** Set where streamer is itself the command of another. */
    private static final String RUN = "STREAMER_RUN";

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");
    /** The other variables that Kubernetes sets, for a service {@code streamer} or {@code streamer-…}. */
    private static final Pattern OF_SERVICE =
            Pattern.compile(".*_(SERVICE_(HOST|PORT.*)|PORT_\\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR))");

    private final CommandSpec spec;
    private final Map<String, String> environment;
    private final Map<OptionSpec, String> sources = new HashMap<>();

    EnvironmentFlags(CommandSpec spec, Map<String, String> environment) {
        this.spec = spec;
        this.environment = environment;
    }

    /** The arguments, with the flags from the environment before them. */
    List<String> addTo(List<String> arguments) {
        var flags = new Flags(spec);
        arguments.forEach(flags::next);
        var all = new ArrayList<String>();
        for (var option : spec.options()) {
            var source = flags.isGiven(option) || option.usageHelp() || option.versionHelp() ? null : source(option);
            if (source != null) {
                sources.put(option, source);
                all.addAll(arguments(option, String.valueOf(value(source))));
            }
        }
        all.addAll(arguments);
        return all;
    }

    private @Nullable String source(OptionSpec option) {
        var variable = variable(option);
        if (value(variable) != null) {
            return variable;
        }
        return option.longestName().equals("--port") && value(PORT) != null ? PORT : null;
    }

    private static List<String> arguments(OptionSpec option, String value) {
        return option.isMultiValue()
                ? List.of(value.split(",")).stream()
                        .map(one -> option.longestName() + "=" + one)
                        .toList()
                : List.of(option.longestName() + "=" + value);
    }

    private @Nullable String value(String variable) {
        var value = environment.get(variable);
        return value == null
                        || value.isEmpty()
                        || SERVICE_ADDRESS.matcher(value).matches()
                ? null
                : value;
    }

    private static String variable(OptionSpec option) {
        return variable(option.longestName());
    }

    private static String variable(String flag) {
        return PREFIX + flag.substring("--".length()).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The port that a platform routes to, by {@code PORT}; empty if it is not set, or is no number. */
    OptionalInt platformPort() {
        try {
            return OptionalInt.of(Integer.parseInt(String.valueOf(value(PORT))));
        } catch (NumberFormatException e) {
            return OptionalInt.empty(); // where it is the port in use, its flag tells
        }
    }

    /** {@code STREAMER_TOKEN}, even an empty one; null if it is not set. */
    @Nullable
    String token() {
        return environment.get(TOKEN);
    }

    /** The variable that a flag was taken from; null if none. */
    @Nullable
    String sourceOf(@Nullable OptionSpec option) {
        return sources.get(option);
    }

    /** A line for each variable that is named like a flag's and is none: a misspelt one. */
    List<String> unknown() {
        var known = names();
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && value(name) != null && !known.contains(name))
                .filter(name -> !name.equals(RUN) && !CgiEnvironment.isOfRequests(name))
                .filter(name -> !OF_SERVICE.matcher(name).matches())
                .sorted()
                .map(this::unknown)
                .toList();
    }

    private String unknown(String name) {
        var flag = "--" + name.substring(PREFIX.length()).replace('_', '-');
        var flags = spec.options().stream().map(OptionSpec::longestName).toList();
        return name + ": no such option"
                + Spelling.nearest(flag, flags)
                        .map(nearest -> "; did you mean " + variable(nearest) + "?")
                        .orElse("");
    }

    /** All variables that are for streamer, not for the command. */
    Set<String> names() {
        var names = new HashSet<>(Set.of(PORT, JVM_OPTIONS));
        spec.options().forEach(option -> names.add(variable(option)));
        return names;
    }
}
