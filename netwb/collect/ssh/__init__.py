"""SSH sessions on one event loop: log in, find the prompt, send commands, keep the bytes.

Floor 2: it knows the platform's words and the target, and neither database nor Nornir. Only this
package touches asyncssh. Everything that goes wrong leaves as a DeviceError that names its true
cause. What devices do wrong, and what other tools make of it, was measured before this was written:
timeouts per read that a trickling device outlives, host keys accepted unseen, a cut text taken for
a whole one, a prompt found inside a banner of the configuration.
"""

from netwb.collect.ssh.session import RawOutput, Session
from netwb.collect.ssh.sessions import Sessions

__all__ = ["RawOutput", "Session", "Sessions"]
