"""When work is due: triggers in a zone, black-outs, what becomes of what was missed. All pure."""
