package streamer.load;

import java.util.ArrayList;
import java.util.List;

/** An event stream as a browser understands it (HTML Living Standard, 9.2). */
final class Events {
    private final List<String> lines = new ArrayList<>();
    private String lastId = "";
    private String exit = "";

    private Events(String stream) {
        for (var event : stream.split("\n\n", -1)) {
            dispatch(event);
        }
    }

    static Events of(String stream) {
        return new Events(stream);
    }

    private void dispatch(String event) {
        var type = "message";
        String data = null;
        for (var field : event.split("\n", -1)) {
            if (field.startsWith("id: ")) {
                lastId = field.substring(4);
            } else if (field.startsWith("event: ")) {
                type = field.substring(7);
            } else if (field.startsWith("data: ")) {
                data = field.substring(6);
            }
        }
        if (data != null) {
            take(type, data);
        }
    }

    private void take(String type, String data) {
        if (type.equals("message")) {
            lines.add(data);
        } else if (type.equals("exit")) {
            exit = data;
        }
    }

    /** The data of all messages. */
    List<String> lines() {
        return lines;
    }

    String lastId() {
        return lastId;
    }

    /** The data of the exit event; empty if there was none. */
    String exit() {
        return exit;
    }
}
