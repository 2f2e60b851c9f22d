package streamer.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import streamer.http.request.Software;

/** Help and version: two examples first, then the flags in groups. */
final class Usage implements IVersionProvider {
    private static final String EXAMPLES = """
            Examples:
              streamer --port 8080 -- ping -c 10 localhost
              streamer --path '/import/*' --methods POST -- ./import.sh

            Subcommand: streamer probe URL finds what holds a stream on its way; see streamer probe --help.

            """;
    private static final String FOOTER = """

            Each flag can also be set in the environment: STREAMER_FLUSH_BYTES for --flush-bytes. @FILE stands for the
            flags in a file, one a line. Sizes: 1, 64k, 1.5g. Times: 250ms, 15s, 1h30m.
            Exit codes: 1 failure, 2 usage, 126 command not executable, 127 not found, 128+n ended by signal n.
            """;

    /** The name of each mixin of flags, and its heading. */
    private static final List<Group> GROUPS = List.of(
            new Group("server", "Server"),
            new Group("access", "Access"),
            new Group("stream", "Stream"),
            new Group("run", "Runs"),
            new Group("keep", "Kept runs"),
            new Group("common", "Other"));

    private record Group(String mixin, String heading) {}

    @Override
    public String[] getVersion() {
        return new String[] {
            Software.NAME_AND_VERSION.replace('/', ' ') + " (Java " + System.getProperty("java.version") + ")"
        };
    }

    /** Sets the sections of a command's help. */
    static void arrange(CommandLine command) {
        var usage = command.getCommandSpec().usageMessage();
        usage.autoWidth(true);
        var sections = new LinkedHashMap<>(command.getHelpSectionMap());
        sections.put("examples", help -> EXAMPLES);
        sections.put("groups", Usage::groups);
        sections.put("footer", help -> FOOTER);
        command.setHelpSectionMap(sections);
        command.setHelpSectionKeys(List.of(
                UsageMessageSpec.SECTION_KEY_DESCRIPTION,
                "examples",
                UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING,
                UsageMessageSpec.SECTION_KEY_SYNOPSIS,
                "groups",
                "footer"));
    }

    private static String groups(Help help) {
        var text = new StringBuilder();
        groups(help.commandSpec())
                .forEach((heading, options) ->
                        text.append('\n').append(heading).append(":\n").append(options(help, options)));
        return text.toString();
    }

    /** A command's flags by the headings of their groups, in the order in which they are shown. */
    static Map<String, List<OptionSpec>> groups(CommandSpec command) {
        var groups = new LinkedHashMap<String, List<OptionSpec>>();
        for (var group : GROUPS) {
            var mixin = command.mixins().get(group.mixin());
            if (mixin != null) {
                groups.put(group.heading(), mixin.options());
            }
        }
        return groups;
    }

    private static String options(Help help, List<OptionSpec> options) {
        return help.optionListExcludingGroups(
                options, help.createDefaultLayout(), null, help.createDefaultParamLabelRenderer());
    }
}
