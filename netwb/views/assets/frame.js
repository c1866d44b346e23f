/* What a page does by itself: the theme before anything is drawn, and a connection that was lost,
   refused, or ended with the login. Loaded by page.html ahead of everything else; sheets find it as
   `window.netwb`. */
(() => {
  const THEME = "netwb.theme"
  const STASH = "netwb.unsent"
  const ANEW = "netwb.anew"
  const TRY_MS = 5000
  const ENDED = 4401 /* the codes of netwb.web.watch */
  const CHANGED = 4403
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

  /* What Panel loads a component by: the browser's own modules, which it keeps compiled. None of ours
     imports by a bare name, so that there is nothing to map. */
  window.importShim = Object.assign(
    (url) => import(new URL(url, document.baseURI)), {addImportMap: () => {}})

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

  /* ---- a box over the page, and words in the place of all of it */

  function element(name, text, more = {}) {
    const made = document.createElement(name)
    made.textContent = text
    return Object.assign(made, more)
  }

  function said(head, text) {
    const span = document.createElement("span")
    span.append(element("b", head), " ", text)
    return span
  }

  function box(id, ...content) {
    document.getElementById(id)?.remove()
    const made = element("div", "", {id})
    made.setAttribute("role", "status")
    made.append(...content)
    document.body.append(made)
    return made
  }

  function instead(head, text, ...actions) {
    leaving = true /* nothing that ends from here on is worth a word */
    const made = element("main", "", {id: "netwb-instead"})
    made.setAttribute("role", "alert")
    const foot = element("div", "")
    foot.append(...actions)
    made.append(element("h1", head), element("p", text), foot)
    document.body.replaceChildren(made)
    document.title = `${head} · netwb`
    actions[0]?.focus()
  }

  const reloader = () => element("button", "Reload", {type: "button", onclick: reload})

  /* ---- how a websocket ends: its login did, its person's rights are others, or it is lost */

  let leaving = false
  addEventListener("beforeunload", () => { leaving = true })
  addEventListener("pageshow", () => { leaving = false })

  netwb.signedOut = () => {
    const back = `login?next=${encodeURIComponent(location.pathname + location.search)}`
    instead(
      "You are signed out",
      "Your login ended, or somebody ended it. What stood here was put away; the same view comes back when you log in.",
      element("a", "Log in", {href: back, className: "pri"}),
    )
  }

  netwb.anew = () => {
    try { sessionStorage.setItem(ANEW, "1") } catch { /* full: then without a word */ }
    instead("What you may see was changed", "This page loads itself anew.")
    reload()
  }

  function wasAnew() {
    try {
      if (!sessionStorage.getItem(ANEW)) return
      sessionStorage.removeItem(ANEW)
    } catch { return }
    const close = element("button", "Close", {type: "button"})
    const told = box("netwb-told", said("What you may see or do was changed.", "This page was drawn anew."), close)
    close.addEventListener("click", () => told.remove())
  }
  addEventListener("DOMContentLoaded", wasAnew)

  const Plain = window.WebSocket
  window.WebSocket = class extends Plain {
    constructor(...words) {
      super(...words)
      let opened = false
      this.addEventListener("open", () => { opened = true })
      this.addEventListener("close", (ev) => closed(ev.code, opened))
    }
  }

  function closed(code, opened) {
    if (leaving) return
    if (code === ENDED) netwb.signedOut()
    else if (code === CHANGED) netwb.anew()
    else if (opened) lost()
    else refused()
  }

  /* The page came, and its websocket was refused: nothing was drawn, and nothing would be. */
  async function refused() {
    const who = await presence()
    if (who === "out") netwb.signedOut()
    else if (who === "in") {
      instead(
        "This page could not be opened",
        "The server gave it, and did not let it connect: your login or your rights changed in between, very many pages are open, or this address is not one that netwb is served at.",
        reloader(),
      )
    } else lost()
  }

  /* The socket is gone: say so, leave everything readable, come back when the server answers. */
  function lost() {
    if (leaving || document.getElementById("netwb-lost")) return
    const since = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: netwb.zone}).format()
    const shown = box("netwb-lost", said(
      `Not connected since ${since}.`,
      "What you see is from then. The page tries again every 5 s and loads itself anew with the same view.",
    ))
    const again = async () => {
      const who = await presence()
      if (who === "out") return netwb.signedOut()
      if (who !== "in") return setTimeout(again, TRY_MS)
      if (!(window.netwbSheets?.unsent() ?? new Map()).size) return reload()
      shown.replaceChildren(said("The server answers again.", "Reload to go on; what you typed is kept."), reloader())
    }
    setTimeout(again, 500)
  }

  /* "in" or "out", as the server says of this browser's login; undefined where it does not answer. */
  async function presence() {
    try {
      const answer = await fetch("login/presence", {cache: "no-store"})
      return answer.ok ? "in" : answer.status === 401 ? "out" : undefined
    } catch { return undefined }
  }
})()
