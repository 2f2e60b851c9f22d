"""The servers of the comparison: what each needs, and how it is started to run one command for each request, or, as hubs
do, one for all."""

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON_PACKAGES = "/usr/lib/python3/dist-packages/"
NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so"
LONGEST_START_SECONDS = 30
LONGEST_WAIT_SECONDS = 10
BEFORE = os.environ.get("STREAMER_BEFORE")


class Setup:
    """What a server is started with: its port, the command, how many of it will run at a time, a directory of its own,
    and a gate there for a command that waits."""

    def __init__(self, directory, command, runs, tools):
        self.directory, self.runs, self.tools = directory, runs, tools
        self.gate = os.path.join(directory, "gate")
        self.command = command.format(tools=tools, gate=self.gate)
        self.environment, self.flags = dict(os.environ), ""
        os.makedirs(directory)
        os.mkfifo(self.gate)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def write(self, name, text, mode=0o644):
        file = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w") as out:
            out.write(text)
        os.chmod(file, mode)
        return file

    def script(self):
        """The command as a CGI script."""
        return self.write(
            "cgi/job", f"#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nexec {self.command}\n", 0o755
        )


def streamer(setup, root=ROOT):
    runs = max(2000, 2 * setup.runs)
    return f"{root}/bin/streamer --port {setup.port} --max-runs {runs}{setup.flags} -- {setup.command}"


def before(setup):
    """Another checkout of this project, which STREAMER_BEFORE names: whether a change makes it faster or slower."""
    return streamer(setup, BEFORE)


def lighttpd(setup):
    setup.script()
    return "lighttpd -D -f " + setup.write(
        "lighttpd.conf",
        f"""server.modules = ("mod_cgi")
server.document-root = "{setup.directory}"
server.bind = "127.0.0.1"
server.port = {setup.port}
server.stream-response-body = 2
server.max-fds = 16384
server.max-connections = 8192
cgi.assign = ("" => "")
""",
    )


def nginx_configuration(setup, locations, modules="", connections=8192, listen=""):
    for use in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        os.makedirs(f"{setup.directory}/{use}")
    temporary = " ".join(f"{use}_temp_path {setup.directory}/{use};" for use in ("proxy", "fastcgi", "uwsgi", "scgi"))
    return setup.write(
        "nginx.conf",
        f"""user root;
daemon off;
{modules}
worker_processes 2;
pid {setup.directory}/nginx.pid;
error_log {setup.directory}/error.log;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {setup.directory}/body;
    {temporary}
    server {{
        listen 127.0.0.1:{setup.port}{listen};
        {locations}
    }}
}}
""",
    )


def nginx(setup):
    setup.script()
    configuration = nginx_configuration(
        setup,
        f"""location / {{
            fastcgi_pass unix:{setup.directory}/fcgiwrap;
            fastcgi_buffering off;
            fastcgi_param SCRIPT_FILENAME {setup.directory}$fastcgi_script_name;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param NO_BUFFERING 1;
        }}""",
    )
    wrappers = f"fcgiwrap -s unix:{setup.directory}/fcgiwrap -c {max(8, setup.runs)}"
    start = setup.write("start", f"#!/bin/sh\n{wrappers} &\nexec nginx -p {setup.directory} -c {configuration}\n", 0o755)
    return start


def nchan(setup):
    """A hub: what one run of the command after the other writes is posted to it."""
    configuration = nginx_configuration(
        setup,
        """location / {
            nchan_subscriber chunked;
            nchan_channel_id run;
        }
        location /publish {
            nchan_publisher;
            nchan_channel_id run;
            nchan_message_buffer_length 1000;
        }""",
        modules=f"load_module {NCHAN};",
        connections=12000,
        listen=" backlog=4096 reuseport",  # without reuseport one worker gets most of the viewers, and is late
    )
    publish = f"while {setup.tools}/publish {setup.port} /publish {setup.command}; do :; done"
    return setup.write("start", f"#!/bin/sh\n({publish}) &\nexec nginx -p {setup.directory} -c {configuration}\n", 0o755)


def apache(setup):
    setup.script()
    modules = "/usr/lib/apache2/modules"
    return "apache2 -DFOREGROUND -f " + setup.write(
        "apache.conf",
        f"""ServerRoot {setup.directory}
ServerName localhost
Listen 127.0.0.1:{setup.port}
PidFile {setup.directory}/pid
ErrorLog {setup.directory}/error.log
User www-data
Group www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule cgid_module {modules}/mod_cgid.so
ServerLimit 32
ThreadsPerChild 64
ThreadLimit 64
MaxRequestWorkers 2048
ScriptSock {setup.directory}/cgid
ScriptAlias /cgi/ {setup.directory}/cgi/
<Directory {setup.directory}/cgi>
    Options +ExecCGI
    Require all granted
</Directory>
""",
    )


def waitress(setup):
    setup.environment.update(COMMAND=setup.command, PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1")
    threads = max(8, setup.runs)
    return (
        f"/usr/bin/python3 -W ignore -m waitress --host=127.0.0.1 --port={setup.port} --threads={threads}"
        " --connection-limit=4000 --send-bytes=1 django_view:application"
    )


def gunicorn(setup):
    setup.environment.update(COMMAND=setup.command, PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1")
    threads = max(8, setup.runs)
    return f"gunicorn -b 127.0.0.1:{setup.port} -w 1 --threads {threads} --log-level error django_view:application"


def websocketd(setup):
    return f"websocketd --address=127.0.0.1 --port={setup.port} --loglevel=fatal {setup.command}"


def shell(setup):
    setup.arguments = [f"{setup.tools}/shell", str(setup.port), setup.command]
    return " ".join(setup.arguments)


def relay(setup):
    return f"{setup.tools}/relay {setup.port} {setup.command}"


class Kind:
    """A server that can be compared: what must be there (programs, or files), its version's command, how it is asked; and
    whether it is a hub, which has one run for all who ask."""

    def __init__(
        self, start, needs=(), version=None, path="/", protocol="http", is_slow=False, is_hub=False, package=""
    ):
        self.name, self.start, self.needs, self.version = start.__name__, start, needs, version
        self.path, self.protocol, self.is_slow, self.is_hub, self.package = path, protocol, is_slow, is_hub, package

    def missing(self):
        return [need for need in self.needs if not (os.path.exists(need) if "/" in need else shutil.which(need))]

    def version_text(self):
        if not self.version:
            return ""
        done = subprocess.run(self.version, capture_output=True, text=True)
        found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
        return found.group() if found else ""


DJANGO = [PYTHON_PACKAGES + "django"]
DJANGO_VERSION = ["/usr/bin/python3", "-c", "import django; print(django.__version__)"]
KINDS = {
    kind.name: kind
    for kind in (
        Kind(streamer, version=[f"{ROOT}/bin/streamer", "--version"]),
        *([Kind(before, version=[f"{BEFORE}/bin/streamer", "--version"])] if BEFORE else []),
        Kind(lighttpd, ["lighttpd"], ["lighttpd", "-v"], "/cgi/job", package="lighttpd"),
        Kind(nginx, ["nginx", "fcgiwrap"], ["nginx", "-v"], "/cgi/job", package="nginx-light fcgiwrap"),
        Kind(apache, ["apache2"], ["apache2", "-v"], "/cgi/job", package="apache2"),
        Kind(
            waitress,
            DJANGO + [PYTHON_PACKAGES + "waitress"],
            DJANGO_VERSION,
            is_slow=True,
            package="python3-waitress python3-django",
        ),
        Kind(
            gunicorn, DJANGO + ["gunicorn"], ["gunicorn", "--version"], is_slow=True, package="gunicorn python3-django"
        ),
        Kind(
            websocketd,
            ["websocketd"],
            ["websocketd", "--version"],
            protocol="websocket",
            is_slow=True,
            package="websocketd",
        ),
        Kind(shell, ["go"], ["go", "version"], package="golang-go"),
        Kind(relay),
        Kind(
            nchan,
            ["nginx", NCHAN],
            ["dpkg-query", "-W", "libnginx-mod-nchan"],
            is_hub=True,
            package="nginx-light libnginx-mod-nchan",
        ),
    )
}


def processes_below(root, is_wanted=lambda pid: True):
    """The process and all its descendants, without those that are not wanted and theirs."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = int(stat.read().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry))
            except OSError:
                pass  # it has gone meanwhile
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        if is_wanted(pid):
            found.append(pid)
            todo += children.get(pid, [])
    return found


class Server:
    """A server that runs."""

    def __init__(self, kind, setup):
        self.kind, self.setup = kind, setup
        line = kind.start(setup)
        arguments = getattr(setup, "arguments", None) or line.split()
        self.log = os.path.join(setup.directory, "log")
        with open(self.log, "wb") as log:
            self.start = time.monotonic()
            self.process = subprocess.Popen(
                arguments,
                cwd=setup.directory,
                env=setup.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_answer(self):
        """Waits for the first answer; returns the seconds from the start of the process."""
        request = f"GET {self.kind.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.setup.port}\r\nConnection: close\r\n\r\n"
        while time.monotonic() - self.start < LONGEST_START_SECONDS:
            try:
                with socket.create_connection(("127.0.0.1", self.setup.port), 10) as client:
                    client.sendall(request.encode())
                    if client.recv(1) or self.setup.flags:  # with TLS there is no answer to this, but an end
                        return time.monotonic() - self.start
            except OSError:
                pass  # it does not listen yet
            if self.process.poll() is not None:
                break
            time.sleep(0.001)
        with open(self.log) as log:
            raise RuntimeError(f"{self.kind.name} does not answer: {log.read()[-500:]}")

    def own_processes(self):
        """Its processes without the commands that it runs."""

        def is_own(pid):
            try:
                with open(f"/proc/{pid}/cmdline") as line:
                    return not line.read().replace("\0", " ").startswith(self.setup.command)
            except OSError:
                return False

        return processes_below(self.process.pid, is_own)

    def memory(self):
        """Its memory in megabytes: what is its own, and its share of what it shares (PSS, proc(5))."""
        total = 0
        for pid in self.own_processes():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M).group(1))
            except (OSError, AttributeError):
                pass
        return total / 1024

    def processor_seconds(self):
        """The processor's time that its processes have used, without those that have ended."""
        ticks = 0
        for pid in self.own_processes():
            try:
                with open(f"/proc/{pid}/stat") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                    ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self):
        return f"http://127.0.0.1:{self.setup.port}{self.kind.path}"

    def load(self, mode, streams):
        arguments = [f"{self.setup.tools}/load", self.kind.protocol, mode, str(self.setup.port), self.kind.path]
        done = subprocess.run([*arguments, str(streams)], capture_output=True, text=True, timeout=120)
        if not done.stdout:
            raise RuntimeError(f"{self.kind.name}: {done.stderr}")
        seen = json.loads(done.stdout)
        if seen["streams"] != streams:
            raise RuntimeError(f"{self.kind.name}: of {streams} streams {seen['streams']} were whole; {done.stderr}")
        return seen

    @contextlib.contextmanager
    def fan(self, viewers, parts):
        """So many viewers of one run that waits at its gate after each part; gives a call for how they had the next one."""
        arguments = [f"{self.setup.tools}/load", "http", "fan", str(self.setup.port), self.kind.path, str(viewers)]
        arguments += [str(lines) for lines, _ in parts]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as load:

            def next_part():
                seen = load.stdout.readline()
                if not seen:
                    raise RuntimeError(f"{self.kind.name}: {load.stderr.read()}")
                return json.loads(seen)

            try:
                yield next_part
                self.open_gate()
                if load.wait(LONGEST_WAIT_SECONDS):
                    raise RuntimeError(f"{self.kind.name}: {load.stderr.read()}")
            finally:
                load.kill()

    def open_gate(self):
        """Lets the command that waits there go on."""
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while True:
            try:
                gate = os.open(self.setup.gate, os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError as e:
                if e.errno != errno.ENXIO or time.monotonic() > until:
                    raise RuntimeError(f"{self.kind.name}: nobody waits at the gate") from e
                time.sleep(0.001)  # it is just on its way there
        os.write(gate, b"\n")
        os.close(gate)

    def stop(self):
        """Ends it and all it has started."""
        left = processes_below(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in left[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
