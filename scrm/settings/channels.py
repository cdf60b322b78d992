"""Channels: where their servers are, and the simulator."""

from scrm.settings import env

PORT = env.number("PORT", 8000)
PUBLIC_URL = env.text("SCRM_PUBLIC_URL", f"http://127.0.0.1:{PORT}")

# Host of the WeCom server API; requests go to <base>/cgi-bin/... (a base that already ends in /cgi-bin is taken as it is).
WECOM_API_BASE = env.text("SCRM_WECOM_API_BASE", "https://qyapi.weixin.qq.com")

# The WeCom simulator: a server at the far end of the wire for people without a WeCom account. Never in production settings.
SIMULATOR_ENABLED = False
SIMULATOR_PORT = env.number("SCRM_SIMULATOR_PORT", PORT + 1)
SIMULATOR_URL = f"http://127.0.0.1:{SIMULATOR_PORT}"

# On the first start of an account, messages older than this many seconds are stored as history and not answered.
WECOM_FIRST_START_ANSWERS_S = env.number("SCRM_FIRST_START_ANSWERS_S", 600)

# A customer who writes in bursts is answered once: after so many quiet seconds (0: at once), at most so many messages or seconds.
BURST_QUIET_S = env.decimal("SCRM_BURST_QUIET_S", 1.0)
BURST_LONGEST_S = env.decimal("SCRM_BURST_LONGEST_S", 3.0)
BURST_MOST = env.number("SCRM_BURST_MOST", 4)

# A trained classifier of risky topics counts from this probability on.
RISK_CLASSIFIER_LEAST = env.decimal("SCRM_RISK_CLASSIFIER_LEAST", 0.5)
