/* What keeps a wall alive without hands: loaded by wall.html before everything else, found by its
   boards as `window.netwbWall`.

   The page loads itself anew when its websocket closed and the server answers again, after a night,
   when the server runs another version, and when it was told nothing for long though the server
   answers. A wall whose login or enrolment ended goes dark at once, says so, and then asks for a code.
   Never more often than every 30 s, so that a fault is no storm. */
(() => {
  const TRY_MS = 5000
  const LOOK_MS = 60000
  const LEAST_MS = 30000
  const SILENT = 5 /* intervals */
  const ENDED = 4401 /* the codes of netwb.web.watch */
  const CHANGED = 4403
  const BEGAN = Date.now()
  const NIGHT = 4 * 3600 * 1000 + Math.random() * 1800 * 1000 /* after midnight here, each wall another minute */
  const night = (at) => new Date(at - NIGHT).toDateString()
  document.documentElement.dataset.theme = "dark"
  let version, toldAt = Date.now(), every = 60, leaving = false, lostAt = 0
  addEventListener("beforeunload", () => { leaving = true })

  const wall = window.netwbWall = {
    ahead: 0, /* seconds that the server's clock is ahead of this one */
    zone: undefined,
    told(now, zone, interval) {
      wall.ahead = now - Date.now() / 1000
      wall.zone = zone
      toldAt = Date.now()
      every = interval || every
    },
  }

  function anew() {
    if (leaving) return
    leaving = true
    setTimeout(() => location.reload(), Math.max(0, LEAST_MS - (Date.now() - BEGAN)))
  }

  function instead(head, text) {
    const made = document.createElement("main")
    made.id = "netwb-instead"
    made.setAttribute("role", "alert")
    for (const [name, said] of [["h1", head], ["p", text]]) {
      const element = document.createElement(name)
      element.textContent = said
      made.append(element)
    }
    document.body.replaceChildren(made)
  }

  function ended() {
    if (leaving) return
    instead("This wall was signed out", "Its login or its enrolment ended, or somebody ended it. A new code is asked for in half a minute.")
    leaving = true
    setTimeout(() => location.reload(), LEAST_MS)
  }

  /* {version} where it answers and knows this browser, "out" where it does not, undefined where it is away. */
  async function asked() {
    try {
      const answer = await fetch("wall/alive", {cache: "no-store"})
      return answer.ok ? await answer.json() : answer.status === 401 ? "out" : undefined
    } catch { return undefined }
  }

  async function again() {
    const found = await asked()
    if (found === "out") ended()
    else if (found) anew()
    else setTimeout(again, TRY_MS)
  }

  function lost() {
    if (leaving || lostAt) return
    lostAt = Date.now()
    const shown = document.createElement("div")
    shown.id = "netwb-lost"
    shown.setAttribute("role", "status")
    const since = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: wall.zone}).format()
    shown.textContent = `Not connected since ${since}. What you see is from then.`
    document.body.append(shown)
    setTimeout(again, 500)
  }

  const Plain = window.WebSocket
  window.WebSocket = class extends Plain {
    constructor(...words) {
      super(...words)
      this.addEventListener("close", (ev) => {
        if (leaving) return
        if (ev.code === ENDED) ended()
        else if (ev.code === CHANGED) anew()
        else lost()
      })
    }
  }

  setInterval(async () => {
    if (leaving || lostAt) return
    const found = await asked()
    if (found === "out") return ended()
    if (!found) return
    version ??= found.version
    if (found.version !== version || night(Date.now()) !== night(BEGAN) || Date.now() - toldAt > SILENT * every * 1000) anew()
  }, LOOK_MS)
})()
