"""An sshd of a test's own, on this machine alone: own keys, own configuration, own users' configuration."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import find_port, find_program, is_listening, wait_for


@dataclass(frozen=True, slots=True)
class SshServer:
    """A server, and the folder that is the home of whoever logs in; `ssh` is the folder of the client's settings."""

    port: int
    folder: Path
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def identity(self) -> Path:
        """The key that it takes."""
        return self.folder / "key"

    @property
    def path(self) -> Path:
        """The file with the PATH of whoever logs in."""
        return self.folder / "path"

    @property
    def known_hosts(self) -> Path:
        """What a client has to know of it."""
        return self.folder / "known_hosts"


@contextmanager
def serve_ssh(folder: Path, settings: str = "", shell: str = "/bin/sh") -> Iterator[SshServer]:
    """Run a server. Whoever logs in comes into a folder of the test's own."""
    sshd = find_program("sshd", "openssh-server")
    keygen = find_program("ssh-keygen", "openssh-client")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # it wants to be shut up in there
    home = folder / "home"
    home.mkdir(parents=True)
    for name in ("host", "key", "other"):
        command = [keygen, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    shutil.copy(folder / "key.pub", folder / "authorized_keys")
    port = find_port()
    kind, key, _ = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    configuration = f"""
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PrintMotd no
KexAlgorithms curve25519-sha256
SetEnv HOME={home}
ForceCommand cd '{home}' && PATH=$(cat '{folder}/path') && exec {shell} -c "$SSH_ORIGINAL_COMMAND"
{settings}
"""
    (folder / "path").write_text(os.environ["PATH"])
    (folder / "sshd_config").write_text(configuration)
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=errors)
    try:
        wait_for(lambda: is_listening(port) or process.poll() is not None, "sshd")
        assert process.poll() is None, log.read_text()
        yield SshServer(port, folder, home, log, process)
    finally:
        process.terminate()
        process.wait()


def write_client(server: SshServer, folder: Path, known_hosts: Path | None = None) -> Path:
    """Write programs `ssh` and `rsync` that use settings of the test's own, and return their folder: ssh asks the
    system for the user's home, whatever HOME says.
    """
    folder.mkdir(exist_ok=True)
    config = folder / "config"
    config.write_text(
        f"Host *\n  UserKnownHostsFile {known_hosts or server.known_hosts}\n  GlobalKnownHostsFile none\n"
    )
    program = folder / "ssh"
    program.write_text(f'#!/bin/sh\nexec {find_program("ssh", "openssh-client")} -F "{config}" "$@"\n')
    program.chmod(0o755)
    return folder


def user() -> str:
    """The user that tests run as."""
    return pwd.getpwuid(os.getuid()).pw_name
