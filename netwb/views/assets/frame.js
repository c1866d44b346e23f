/* What a page does by itself: the theme before anything is drawn, and a connection that was lost.
   Loaded by page.html ahead of everything else; sheets find it as `window.netwb`. */
(() => {
  const THEME = "netwb.theme"
  const STASH = "netwb.unsent"
  const TRY_MS = 5000
  const root = document.documentElement
  const system = matchMedia("(prefers-color-scheme: dark)")
  const stored = (key) => { try { return localStorage.getItem(key) } catch { return null } }
  const paint = () => { root.dataset.theme = stored(THEME) ?? (system.matches ? "dark" : "light") }
  paint()
  system.addEventListener("change", paint)
  window.addEventListener("storage", (ev) => { if (ev.key === THEME) paint() }) /* the other tabs follow */

  const netwb = window.netwb = {
    ahead: 0, /* seconds that the server's clock is ahead of this one */
    zone: undefined, /* the person's, once the clock is drawn; until then the browser's */
    stash: unstashed(),
    switchTheme() {
      const other = root.dataset.theme === "dark" ? "light" : "dark"
      try { localStorage.setItem(THEME, other) } catch { /* private window: for this page only */ }
      root.dataset.theme = other
    },
  }

  /* Fields that were half filled when the page had to be loaded again: kept for that one load. */
  function unstashed() {
    try {
      const {page, fields} = JSON.parse(sessionStorage.getItem(STASH) ?? "{}")
      sessionStorage.removeItem(STASH)
      return new Map(page === location.pathname ? fields : [])
    } catch { return new Map() }
  }

  function reload() {
    const unsent = window.netwbSheets?.unsent() ?? new Map()
    try { sessionStorage.setItem(STASH, JSON.stringify({page: location.pathname, fields: [...unsent]})) } catch { /* full */ }
    location.reload()
  }

  /* The socket is gone: say so, leave everything readable, come back when the server answers. */
  let leaving = false
  addEventListener("beforeunload", () => { leaving = true })
  addEventListener("pageshow", () => { leaving = false })

  function lost() {
    if (leaving || document.getElementById("netwb-lost")) return
    const since = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: netwb.zone}).format()
    const box = document.createElement("div")
    box.id = "netwb-lost"
    box.setAttribute("role", "status")
    const say = (head, text, ...more) => {
      const bold = document.createElement("b")
      bold.textContent = head
      const span = document.createElement("span")
      span.append(bold, " ", text)
      box.replaceChildren(span, ...more)
    }
    say(`Not connected since ${since}.`, "What you see is from then. The page tries again every 5 s and loads itself anew with the same view.")
    document.body.append(box)
    const again = async () => {
      if (!await answers()) return setTimeout(again, TRY_MS)
      if (!(window.netwbSheets?.unsent() ?? new Map()).size) return reload()
      const button = document.createElement("button")
      button.textContent = "Reload"
      button.addEventListener("click", reload)
      say("The server answers again.", "Reload to go on; what you typed is kept.", button)
    }
    setTimeout(again, 500)
  }

  async function answers() {
    try { return (await fetch("healthz", {cache: "no-store"})).ok } catch { return false }
  }

  const watch = setInterval(() => {
    const doc = window.Bokeh?.documents?.[0]
    if (!doc) return
    clearInterval(watch)
    doc.on_event("connection_lost", lost)
  }, 200)
})()
