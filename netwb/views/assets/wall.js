/* What keeps a wall true and alive without hands; wall.html loads it before everything else.

   Its boards: what a part says anew comes by the model `netwb-boards` (boards.py), safe markup by the
   names in [data-board]. Between two of these a timer looks, once a second, after
     time[data-at="seconds"]                its age
     [data-clock="zone"]                    b.hm the time there, em the day, i UTC
     [data-fresh="seconds"][data-interval]  grey (.old) when that is more than two intervals ago, and
                                            "no data since .." (.gone) after five
     [data-until="seconds"]                 what is left until then: 06:12
     [data-turns]                           its [data-item]s in turns of 20 s where they do not fit
   The server's time comes with [data-now].

   Its life: the page loads itself anew when its websocket closed and the server answers again, after a
   night, when the server runs another version, and when it was told nothing for long though the server
   answers. A wall whose login or enrolment ended goes dark at once, says so, and then asks for a code.
   Never more often than every 30 s, so that a fault is no storm. */
(() => {
  const TRY_MS = 5000
  const LOOK_MS = 60000
  const LEAST_MS = 30000
  const OLD = 2, GONE = 5 /* intervals */
  const TURN_S = 20
  const ENDED = 4401 /* the codes of netwb.web.watch */
  const CHANGED = 4403
  const BEGAN = Date.now()
  const NIGHT = 4 * 3600 * 1000 + Math.random() * 1800 * 1000 /* after midnight here, each wall another minute */
  const night = (at) => new Date(at - NIGHT).toDateString()
  document.documentElement.dataset.theme = "dark"
  let version, leaving = false, lostAt = 0
  let ahead = 0 /* seconds that the server's clock is ahead of this one */
  let zone = "UTC", every = 60, toldAt = BEGAN
  const now = () => Date.now() / 1000 + ahead
  addEventListener("beforeunload", () => { leaving = true })

  /* ---- what it shows */

  let boards /* the model, once it is there */

  function listen() {
    if (boards) return
    boards = window.Bokeh?.documents?.[0]?.get_model_by_name("netwb-boards")
    if (!boards) return
    boards.properties.data.change.connect(draw)
    draw()
  }

  function draw() {
    const {part, html} = boards.data
    for (let i = 0; i < part.length; i++) show(part[i], html[i])
    heed()
    tick()
  }

  const shown = new Map()

  function show(part, html) {
    const place = document.querySelector(`[data-board="${part}"]`)
    if (!place || shown.get(part) === html) return
    shown.set(part, html)
    place.innerHTML = html
    const chart = place.closest("article")
    if (chart) chart.hidden = !html
  }

  /* The server's time, and how often there is news. */
  function heed() {
    const told = document.querySelector("[data-now]")
    if (!told || told.heeded) return
    told.heeded = true
    ahead = told.dataset.now - Date.now() / 1000
    zone = told.dataset.zone
    every = +told.dataset.every || every
    toldAt = Date.now()
  }

  function put(element, text) { if (element && element.textContent !== text) element.textContent = text }

  function tick() {
    const at = now()
    for (const time of document.querySelectorAll("time[data-at]")) put(time, span(at - time.dataset.at))
    for (const one of document.querySelectorAll("[data-until]")) put(one, left(one.dataset.until - at))
    for (const clock of document.querySelectorAll("[data-clock]")) tell(clock, at)
    for (const one of document.querySelectorAll("[data-fresh]")) judge(one, at)
    for (const one of document.querySelectorAll("[data-turns]")) turn(one, at)
  }

  function span(seconds) { /* netwb.ages.span */
    const whole = Math.max(0, Math.floor(seconds))
    for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (whole >= size) return `${Math.floor(whole / size)} ${unit}`
    return `${whole} s`
  }

  function left(seconds) { /* netwb.views.words.left */
    const whole = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0")
    const hours = Math.floor(whole / 3600)
    return `${hours ? hours + ":" : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  }

  const forms = new Map()

  function said(at, place, form) {
    const key = place + JSON.stringify(form)
    try {
      if (!forms.has(key)) forms.set(key, new Intl.DateTimeFormat("en-GB", {...form, timeZone: place}))
      return forms.get(key).format(at * 1000)
    } catch { return "" } /* a zone that this browser does not know: what the server wrote stays */
  }

  const HM = {hour: "2-digit", minute: "2-digit"}

  function tell(clock, at) {
    const place = clock.dataset.clock
    const there = said(at, place, HM)
    if (!there) return
    put(clock.querySelector(".hm"), there)
    put(clock.querySelector("i"), said(at, "UTC", HM))
    put(clock.querySelector("em"), said(at, place, {weekday: "short", day: "numeric", month: "short"}).replace(",", ""))
  }

  function judge(one, at) {
    const intervals = (at - one.dataset.fresh) / one.dataset.interval
    one.classList.toggle("old", intervals > OLD)
    if (intervals <= GONE || one.classList.contains("gone")) return
    one.classList.add("gone")
    const since = said(+one.dataset.fresh, zone, at - one.dataset.fresh < 43200 ? HM : {...HM, weekday: "short"})
    put(one.querySelector("[data-word]"), "no data")
    put(one.querySelector("[data-why]"), `no data since ${since}`)
  }

  /* What does not fit is shown in turns; the same for every board of one clock. */
  function turn(box, at) {
    const roll = box.querySelector(".roll")
    const room = box.clientHeight
    if (!roll || !room) return
    const starts = [0]
    let end = 0
    for (const item of roll.querySelectorAll("[data-item]")) {
      const top = item.offsetTop, bottom = top + item.offsetHeight
      if (bottom - starts.at(-1) > room + 1 && top > starts.at(-1)) starts.push(top)
      end = Math.max(end, bottom)
    }
    const turnNumber = Math.floor(at / TURN_S) % starts.length
    const from = starts[turnNumber], to = starts[turnNumber + 1] ?? end
    const several = starts.length > 1
    roll.style.transform = several ? `translateY(${-from}px)` : ""
    roll.style.clipPath = several ? `inset(${from}px 0 ${Math.max(0, roll.offsetHeight - to)}px 0)` : ""
    put(box.parentElement.querySelector("[data-turn]"), several ? `${turnNumber + 1} of ${starts.length}` : "")
  }

  document.addEventListener("DOMContentLoaded", () => {
    heed()
    tick()
    requestAnimationFrame(() => setTimeout(begin)) /* the first picture is on the screen then */
  })

  /* Bokeh's scripts, one after the other, out of the template that keeps them from running earlier. */
  async function begin() {
    const kept = document.getElementById("netwb-scripts").content
    try {
      for (const script of kept.querySelectorAll("script")) await run(document.importNode(script, true))
    } catch { lost() }
  }

  function run(script) {
    return new Promise((done, failed) => {
      script.addEventListener("load", done)
      script.addEventListener("error", failed)
      document.body.append(script)
      if (!script.src) done()
    })
  }

  setInterval(() => {
    listen()
    tick()
  }, 1000)

  /* ---- how it lives */

  function anew() {
    if (leaving) return
    leaving = true
    setTimeout(() => location.reload(), Math.max(0, LEAST_MS - (Date.now() - BEGAN)))
  }

  function instead(head, text) {
    const made = document.createElement("main")
    made.id = "netwb-instead"
    made.setAttribute("role", "alert")
    for (const [name, words] of [["h1", head], ["p", text]]) {
      const element = document.createElement(name)
      element.textContent = words
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
    const words = document.createElement("div")
    words.id = "netwb-lost"
    words.setAttribute("role", "status")
    words.textContent = `Not connected since ${said(now(), zone, HM)}. What you see is from then.`
    document.body.append(words)
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
    if (found.version !== version || night(Date.now()) !== night(BEGAN) || Date.now() - toldAt > GONE * every * 1000) anew()
  }, LOOK_MS)
})()
