// Draws the rows of a comparison that the server computed; see netwb/views/diff/rows.py.
// Device text reaches the page through esc() alone. What is not drawn yet is asked for in slices.

const AT_ONCE = 2000 // rows that are drawn without anybody scrolling
const SLICE = 1000 // rows asked for at a time
const LEAP = 3000 // the same on the way to a change that is far away
const PART = 120 // rows in a group; a group out of sight costs no layout
const UNFOLD = 200 // lines that one click unfolds where more than twice as many are folded
const NARROW = 640 // px of width under which two columns are too narrow
const ROW = 19, HEAD = 30 // px
const LATE = 300 // ms that the old content stays while the new one is awaited
const [SAME, CHANGED, MOVED] = [0, 1, 2]
const CODES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}
// What the eye does not see, or what reorders the line it stands in; as in netwb/views/html.py.
const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g
const box = found => `<span class="ctl">U+${found.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}</span>`
const esc = text => text.replace(/[&<>"]/g, c => CODES[c]).replace(UNSEEN, box)
const number = value => value.toLocaleString('en-US')
const lines = (count, word) => `${number(count)} ${word} line${count === 1 ? '' : 's'}`

function text(pieces, mark) {
  if (typeof pieces === 'string') return esc(pieces)
  return pieces.map(([piece, marked]) => marked ? `<${mark}>${esc(piece)}</${mark}>` : esc(piece)).join('')
}

const SIGNS = {
  D: '<i class="s" role="img" aria-label="removed">\u2212</i>',
  A: '<i class="s" role="img" aria-label="added">+</i>',
  M: '<i class="s" role="img" aria-label="only moved">\u2195</i>',
}
function cells(no, pieces, kind, mid = '') {
  if (no == null) return `<span class="n E${mid}" role="cell"></span><span class="t E" role="cell"></span>`
  const mark = kind === 'D' ? 'del' : 'ins'
  return `<span class="n ${kind}${mid}" role="cell">${no}</span>` +
    `<span class="t ${kind}" role="cell">${SIGNS[kind] ?? ''}${text(pieces, mark)}</span>`
}

function beside([kind, old, now, left, right]) {
  const [gone, came] = kind === SAME ? ['', ''] : kind === MOVED ? ['M', 'M'] : ['D', 'A']
  return `<div class="r" role="row">${cells(old, left, gone)}${cells(now, kind === SAME ? left : right, came, ' mid')}</div>`
}

function under(old, now, pieces, kind) {
  const mark = kind === 'D' ? 'del' : 'ins'
  return `<div class="r" role="row"><span class="n ${kind}" role="cell">${old ?? ''}</span><span class="n ${kind}" role="cell">${now ?? ''}</span>` +
    `<span class="t ${kind}" role="cell">${SIGNS[kind] ?? ''}${text(pieces, mark)}</span></div>`
}

const folded = (count, ignored) => `\u2195 ${lines(count - ignored, 'unchanged')}${ignored ? `, ${number(ignored)} moved` : ''}`

// Makes groups of rows out of items; a run of changes is regrouped where the layout is unified.
class Drawer {
  constructor(unified, total) {
    this.unified = unified
    this.total = total
    this.rows = []
    this.groups = []
    this.open = null
    this.gone = []
    this.came = []
  }
  flush() {
    for (const html of this.gone.splice(0)) this.push(html)
    for (const html of this.came.splice(0)) this.push(html)
  }
  push(html) {
    if (this.rows.length >= PART) this.close()
    this.open ??= {attributes: '', head: ''}
    this.rows.push(html)
  }
  close() {
    if (!this.open) return
    const {attributes, head} = this.open
    const height = this.rows.length * ROW + (head ? HEAD : 0)
    this.groups.push(`<div class="g" role="rowgroup"${attributes} style="contain-intrinsic-size:auto ${height}px">${head}${this.rows.join('')}</div>`)
    this.rows = []
    this.open = null
  }
  row(item) {
    if (!this.unified) return this.push(beside(item))
    const [kind, old, now, left, right] = item
    if (kind === SAME) { this.flush(); this.push(under(old, now, left, '')); return }
    if (old != null) this.gone.push(under(old, null, left, kind === MOVED ? 'M' : 'D'))
    if (now != null) this.came.push(under(null, now, right, kind === MOVED ? 'M' : 'A'))
  }
  take(item) {
    if (typeof item[0] === 'number') return this.row(item)
    this.flush()
    this.close()
    const kind = item[0]
    if (kind === 'h') {
      const [, place, path, count, ignored, block] = item
      const crumbs = path.map(part => `<b>${esc(part)}</b>`).join('<span class="sep" aria-hidden="true">\u203a</span>')
      const name = crumbs || '<span class="top">outside of any section</span>'
      const fold = count ? `<span role="cell" class="push"><button type="button" class="fold" data-fold="${block}" data-count="${count}">${folded(count, ignored)}</button></span>` : ''
      this.open = {
        attributes: ` data-h="${place}" data-b="${block}"`,
        head: `<div class="hk" role="row"><span class="path" role="rowheader"><span class="at">${place}/${this.total}</span>${name}</span>${fold}</div>`,
      }
    } else {
      const [, count, ignored, block] = item
      const end = kind === 'e' ? ' to the end' : ''
      this.open = {
        attributes: ` data-b="${block}" data-end="${kind}"`,
        head: `<div class="hk" role="row"><span role="cell"><button type="button" class="fold" data-fold="${block}" data-count="${count}">${folded(count, ignored)}${end}</button></span></div>`,
      }
      this.close()
    }
  }
  draw(items, last) {
    for (const item of items) this.take(item)
    if (last) this.flush()
    if (this.rows.length && !this.gone.length && !this.came.length) this.close()
    return this.groups.splice(0).join('')
  }
}

const TOOLS = `
<div class="seg" role="group" aria-label="Layout">
 <button type="button" data-do="side">Side by side</button><button type="button" data-do="unified" aria-keyshortcuts="u" title="u">Unified</button><button type="button" data-do="whole" aria-keyshortcuts="w" title="w">Whole file</button>
</div>
<label class="check"><input type="checkbox" data-do="moved" aria-keyshortcuts="m"><span>Ignore moved</span></label>
<span class="steps"><span class="where" role="status"></span>
 <button type="button" class="step" data-do="previous" aria-keyshortcuts="p" aria-label="Previous change"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 10 4-4 4 4"/></svg><span>Previous</span><kbd>p</kbd></button>
 <button type="button" class="step" data-do="next" aria-keyshortcuts="n" aria-label="Next change"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 6 4 4 4-4"/></svg><span>Next</span><kbd>n</kbd></button>
</span>`
const COLUMNS = {
  side: ['Old line', 'Old text', 'New line', 'New text'],
  unified: ['Old line', 'New line', 'Text'],
}

class Viewer {
  constructor(model, el) {
    this.model = model
    this.el = el
    this.root = document.createElement('div')
    this.root.className = 'diff'
    this.root.innerHTML = `<div class="tools" role="toolbar" aria-label="Comparison">${TOOLS}</div>` +
      '<div class="scroll" tabindex="0" role="region"><div class="note"></div><div class="table" role="table"></div><div class="more" role="status"></div></div>'
    const find = name => this.root.querySelector(name)
    this.scroller = find('.scroll')
    this.table = find('.table')
    this.more = find('.more')
    this.note = find('.note')
    this.doc = {items: [], hunks: 0, count: 0, serial: 0}
    this.items = []
    this.loaded = 0
    this.asked = false
    this.narrow = false
    this.current = 1
    this.aimed = -1
    this.listen()
    this.colour()
    this.open()
  }

  get unified() { return this.narrow || this.model.side === 'unified' }

  listen() {
    this.root.addEventListener('click', event => this.click(event))
    this.root.addEventListener('change', event => {
      if (event.target.dataset.do === 'moved') this.model.moved = event.target.checked ? 'ignored' : 'shown'
    })
    this.scroller.addEventListener('scroll', () => this.follow(), {passive: true})
    this.key = event => this.press(event)
    this.target = this.model.keys === 'page' ? document : this.root
    this.target.addEventListener('keydown', this.key)
    this.near = new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.ask() }, {root: this.scroller, rootMargin: '1200px 0px'})
    this.near.observe(this.more)
    this.sized = new ResizeObserver(() => this.fit())
    this.sized.observe(this.el)
    this.model.on('drawn', () => this.open())
    this.model.on('side', () => this.redraw())
    this.model.on(['extent', 'moved'], () => this.mark())
    this.model.on('waiting', () => this.wait())
    this.model.on('msg:custom', event => this.told(event))
    this.model.on('remove', () => this.remove())
  }

  remove() {
    this.target.removeEventListener('keydown', this.key)
    this.near.disconnect()
    this.sized.disconnect()
    clearTimeout(this.late)
    clearTimeout(this.saying)
  }

  // In a notebook there is no page whose colours are inherited: its theme is asked for.
  colour() {
    const alone = !getComputedStyle(document.documentElement).getPropertyValue('--addBg')
    if (!alone) return
    const {jpThemeLight} = document.body.dataset
    const dark = jpThemeLight ? jpThemeLight === 'false' : document.body.classList.contains('vscode-dark')
    this.root.classList.add('alone', dark ? 'dark' : 'light')
  }

  open() {
    const doc = this.model.drawn ? JSON.parse(this.model.drawn) : null
    clearTimeout(this.late)
    this.root.classList.remove('waiting')
    this.root.classList.toggle('empty', !doc)
    this.doc = doc ?? {items: [], hunks: 0, count: 0, serial: 0, label: ''}
    this.items = this.doc.items
    this.loaded = this.items.length
    this.asked = false
    this.current = Math.max(1, Math.min(this.doc.current ?? 1, this.doc.hunks || 1))
    this.scroller.setAttribute('aria-label', this.doc.label)
    this.note.textContent = this.doc.note ?? ''
    this.scroller.scrollTop = 0
    this.redraw()
    if (this.current > 1 || (this.model.extent === 'whole' && this.doc.hunks)) this.go(this.current)
    requestAnimationFrame(() => { if (this.loaded < AT_ONCE) this.ask() })
  }

  redraw() {
    const unified = this.unified
    const names = COLUMNS[unified ? 'unified' : 'side'].map(name => `<span role="columnheader">${name}</span>`).join('')
    this.drawer = new Drawer(unified, this.doc.hunks)
    this.root.classList.toggle('unified', unified)
    this.table.setAttribute('aria-label', this.doc.label)
    this.table.innerHTML = `<div class="names" role="rowgroup"><div role="row">${names}</div></div>` + this.drawer.draw(this.items, this.whole)
    this.mark()
  }

  get whole() { return this.loaded >= this.doc.count }

  append(items) {
    this.items.push(...items)
    this.loaded += items.length
    this.table.insertAdjacentHTML('beforeend', this.drawer.draw(items, this.whole))
    this.mark()
  }

  ask() {
    if (this.asked || this.whole) return
    this.asked = true
    this.model.send_msg({ask: 'items', serial: this.doc.serial, start: this.loaded, count: this.aim ? LEAP : SLICE})
  }

  told(event) {
    const said = JSON.parse(event.data ?? event)
    if (said.serial !== this.doc.serial) return
    if (said.told === 'items') {
      this.asked = false
      if (said.start === this.loaded) this.append(said.items)
      if (this.aim) this.go(this.aim)
      else if (this.loaded < AT_ONCE || this.atEnd()) requestAnimationFrame(() => this.ask())
    } else {
      this.unfolded(said)
    }
  }

  atEnd() { return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 1200 }

  fold(block) {
    const at = this.items.findIndex(item => 'hfe'.includes(item[0]) && item.at(item[0] === 'h' ? 5 : 3) === block && item[item[0] === 'h' ? 3 : 1] > 0)
    if (at < 0) return
    const item = this.items[at]
    const left = item[item[0] === 'h' ? 3 : 1]
    const count = left > 2 * UNFOLD ? UNFOLD : left
    const start = item[0] === 'e' ? (item[4] ?? 0) : left - count
    this.model.send_msg({ask: 'folded', serial: this.doc.serial, block, start, count})
  }

  unfolded({block, start, rows}) {
    const at = this.items.findIndex(item => 'hfe'.includes(item[0]) && item.at(item[0] === 'h' ? 5 : 3) === block && item[item[0] === 'h' ? 3 : 1] > 0)
    if (at < 0) return
    const item = this.items[at]
    const group = this.table.querySelector(item[0] === 'h' ? `[data-h][data-b="${block}"]` : `[data-end][data-b="${block}"]`)
    const focused = group.contains(this.root.getRootNode().activeElement)
    const came = new Drawer(this.unified, this.doc.hunks)
    const rest = (item[item[0] === 'h' ? 3 : 1]) - rows.length
    const moved = rows.reduce((sum, row) => sum + (row[0] === MOVED ? (row[1] != null) + (row[2] != null) : 0), 0)
    const ignored = item[item[0] === 'h' ? 4 : 2] - moved
    let parts
    if (item[0] === 'e') {
      parts = rest ? [...rows, ['e', rest, ignored, block, start + rows.length]] : rows
      this.items.splice(at, 1, ...parts)
    } else {
      parts = rest ? [['f', rest, ignored, block], ...rows] : rows
      if (item[0] === 'f') this.items.splice(at, 1, ...parts)
      else {
        item[3] = item[4] = 0
        this.items.splice(at, 0, ...parts)
        group.querySelector('.fold').remove()
      }
    }
    group.insertAdjacentHTML('beforebegin', came.draw(parts, true))
    if (item[0] !== 'h') group.remove()
    if (focused) this.scroller.focus({preventScroll: true})
    this.mark()
  }

  click(event) {
    const fold = event.target.closest('[data-fold]')
    if (fold) return this.fold(Number(fold.dataset.fold))
    const button = event.target.closest('button[data-do]')
    if (button) this.act(button.dataset.do)
  }

  act(what) {
    const {model} = this
    if (what === 'side' || what === 'unified') model.side = what
    if (what === 'whole') model.extent = model.extent === 'whole' ? 'changes' : 'whole'
    if (what === 'next') this.go(this.current + 1)
    if (what === 'previous') this.go(this.current - 1)
    this.mark()
  }

  press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const from = event.composedPath()[0]
    if (from instanceof Element && (from.isContentEditable || (/INPUT|TEXTAREA|SELECT/.test(from.tagName) && from.type !== 'checkbox'))) return
    if (!this.doc.count || !this.root.checkVisibility() || localStorage.getItem('netwb.keys') === 'off') return
    for (const {root} of window.netwbSheets?.sheets ?? []) if (root.querySelector('dialog[open]')) return
    const {model} = this
    const does = {
      n: () => this.go(this.current + 1),
      p: () => this.go(this.current - 1),
      u: () => this.act(this.model.side === 'unified' ? 'side' : 'unified'),
      w: () => this.act('whole'),
      m: () => { model.moved = model.moved === 'ignored' ? 'shown' : 'ignored' },
      '.': () => this.fold(this.block()),
    }[event.key]
    if (!does) return
    event.preventDefault()
    event.stopPropagation()
    does()
  }

  // The block before the current change that still has something folded.
  block() { return Math.max(0, this.current - 1) }

  go(place) {
    const wanted = Math.max(1, Math.min(place, this.doc.hunks))
    const group = this.table.querySelector(`[data-h="${wanted}"]`)
    this.aim = 0
    if (!group) {
      if (!this.whole) { this.aim = wanted; this.ask() }
      return
    }
    this.current = wanted
    this.scroller.scrollTop += group.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top
    this.aimed = this.scroller.scrollTop
    this.mark()
    this.say()
  }

  follow() {
    if (Math.abs(this.scroller.scrollTop - this.aimed) < 2 || this.following) return
    this.following = requestAnimationFrame(() => {
      this.following = 0
      const top = this.scroller.getBoundingClientRect().top + HEAD
      const heads = [...this.table.querySelectorAll('[data-h]')]
      let low = 0, high = heads.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (heads[middle].getBoundingClientRect().top <= top) low = middle + 1
        else high = middle
      }
      const seen = Math.max(1, low)
      this.aimed = -1
      if (seen === this.current || !heads.length) return
      this.current = seen
      this.mark()
      this.say()
    })
  }

  // The server is told once the reader stays, not at each line.
  say() {
    clearTimeout(this.saying)
    this.saying = setTimeout(() => { if (this.model.current !== this.current) this.model.current = this.current }, 400)
  }

  mark() {
    const {model, doc, root} = this
    const press = (name, on) => root.querySelector(`[data-do="${name}"]`).setAttribute('aria-pressed', on)
    press('side', !this.unified)
    press('unified', this.unified)
    press('whole', model.extent === 'whole')
    root.querySelector('[data-do="side"]').disabled = this.narrow
    root.querySelector('[data-do="moved"]').checked = model.moved === 'ignored'
    root.querySelector('.where').innerHTML = doc.hunks ? `<span class="say">Change </span><b>${number(this.current)}</b> of ${number(doc.hunks)}` : 'No change'
    root.querySelector('[data-do="previous"]').disabled = this.current <= 1
    root.querySelector('[data-do="next"]').disabled = this.current >= doc.hunks
    this.table.querySelector('.g.cur')?.classList.remove('cur')
    this.table.querySelector(`[data-h="${this.current}"]`)?.classList.add('cur')
    const left = doc.count - this.loaded
    this.more.textContent = left > 0 ? `${number(left)} more rows come as you scroll` : ''
  }

  wait() {
    clearTimeout(this.late)
    if (this.model.waiting) this.late = setTimeout(() => this.root.classList.add('waiting'), LATE)
    else this.root.classList.remove('waiting')
  }

  fit() {
    const width = this.el.getBoundingClientRect().width
    this.root.classList.toggle('tight', width < 760)
    const narrow = width > 0 && width < NARROW
    if (narrow === this.narrow) return
    this.narrow = narrow
    this.redraw()
  }
}

export function render({model, el}) {
  return new Viewer(model, el).root
}

export default {render}
