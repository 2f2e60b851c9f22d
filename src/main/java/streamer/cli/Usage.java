package streamer.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
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

    @Override
    public String[] getVersion() {
        return new String[] {
            Software.NAME_AND_VERSION.replace('/', ' ') + " (Java " + System.getProperty("java.version") + ")"
        };
    }

    /**
     * Sets the sections of a command's help.
     *
     * @param groups the names of its mixins, and the heading of each
     */
    static void arrange(CommandLine command, Map<String, String> groups) {
        var usage = command.getCommandSpec().usageMessage();
        usage.autoWidth(true);
        var sections = new LinkedHashMap<>(command.getHelpSectionMap());
        sections.put("examples", help -> EXAMPLES);
        sections.put("groups", help -> groups(help, groups));
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

    private static String groups(Help help, Map<String, String> groups) {
        var text = new StringBuilder();
        var mixins = help.commandSpec().mixins();
        groups.forEach((name, heading) -> {
            var mixin = mixins.get(name);
            if (mixin != null) {
                text.append('\n').append(heading).append(":\n").append(options(help, mixin.options()));
            }
        });
        return text.toString();
    }

    private static String options(Help help, List<OptionSpec> options) {
        return help.optionListExcludingGroups(
                options, help.createDefaultLayout(), null, help.createDefaultParamLabelRenderer());
    }
}
