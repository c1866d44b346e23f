"""A simulated network: devices that answer over SSH as their platforms do, with edits and faults.

    device, world, nights, edits     who there is, who changed what when: the truth to compare with
    draw, model, build, dialects/    seeded configurations, and how each platform writes them
    faults, shelf                    what goes wrong, and the texts as they go over the wire
    screen, dialogue                 one terminal session, without a socket
    terminal, server, jump, listening, hostkeys     the same over asyncssh
    fleet, apart, __main__           many devices in a thread, in a process, from the command line
    demo                             the demo's three tenants and thirty nights

It knows nothing of the rest of netwb but floors 0 and 1, and nothing random but its seed: what it
prints, tests may not take for recorded output (they keep that in tests/data).
"""
