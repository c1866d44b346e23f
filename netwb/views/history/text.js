// Draws the rows of a text that the server rendered, escaped; asks for more of them as one scrolls.
// A line that is clicked, or that Enter is pressed on, is asked about; what comes stands under it.

const AHEAD = '1500px 0px' // how far below the window rows are asked for

class Pane {
  constructor(model) {
    this.model = model
    this.root = document.createElement('div')
    this.root.className = 'pane nb'
    this.root.innerHTML = '<div class="text" tabindex="0" role="listbox"></div><div class="more t3 sm" role="status"></div>'
    this.text = this.root.firstElementChild
    this.more = this.root.lastElementChild
    this.found = {needle: '', lines: new Set(), at: 0, serial: 0}
    this.told = {line: 0, html: '', serial: 0}
    this.upto = this.total = this.current = this.wanted = 0
    this.asking = false
    this.near = new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) this.ask() }, {root: this.root, rootMargin: AHEAD})
    this.near.observe(this.more)
    this.root.addEventListener('click', event => this.click(event))
    this.text.addEventListener('keydown', event => this.press(event))
    model.on('html', () => this.draw())
    model.on('state', () => this.over())
    model.on('msg:custom', event => this.obey(event?.data ?? event))
    model.on('remove', () => this.near.disconnect())
    this.draw()
  }

  draw() {
    this.text.innerHTML = this.model.html
    const rows = this.text.querySelector('.rows')
    this.rows = rows
    this.upto = +(rows?.dataset.upto ?? 0)
    this.total = +(rows?.dataset.total ?? 0)
    this.asking = false
    this.wanted = 0
    this.text.setAttribute('aria-label', rows?.dataset.label ?? 'Text')
    this.root.scrollTop = 0
    this.mark(1)
    this.rest()
    const show = +(rows?.dataset.show ?? 0)
    requestAnimationFrame(() => { // once it has a size
      this.go(show, false)
      this.tell()
      this.over()
    })
  }

  rest() {
    const left = this.total - this.upto
    this.more.textContent = left > 0 ? `${left.toLocaleString('en-US')} more lines come as you scroll` : ''
    if (left > 0) requestAnimationFrame(() => { this.near.unobserve(this.more); this.near.observe(this.more) })
  }

  send(said) { this.model.send_msg(said) }

  ask() {
    if (this.asking || this.upto >= this.total) return
    this.asking = true
    this.send({act: 'rows', from: this.upto + 1})
  }

  obey(said) {
    if ('rows' in said && said.from === this.upto + 1) {
      const from = this.upto + 1
      this.rows.insertAdjacentHTML('beforeend', said.rows)
      this.upto = said.upto
      this.asking = false
      this.mark(from)
      if (this.told.line >= from) this.tell()
      this.rest()
      if (this.wanted) this.go(this.wanted, true)
    }
  }

  // What stands over the rows: what is new in it is drawn, and its line is brought up.
  over() {
    const {marks, story} = this.model.state ? JSON.parse(this.model.state) : {}
    if (marks && marks.serial !== this.found.serial) {
      this.found = {...marks, lines: new Set(marks.lines)}
      this.mark(1)
      if (marks.at) this.go(marks.at, true)
    }
    if (story && story.serial !== this.told.serial) {
      this.told = story
      this.tell()
    }
  }

  row(line) { return this.text.querySelector(`#l${line}`) }

  go(line, smoothly) {
    if (!line || line > this.total) return
    this.wanted = line > this.upto ? line : 0
    if (this.wanted) { this.ask(); return }
    this.choose(line)
    this.bring(line, smoothly ? 'nearest' : 'center')
    // Groups that come into sight get their true heights only then, which moves the line again.
    requestAnimationFrame(() => requestAnimationFrame(() => this.bring(line, 'center')))
  }

  bring(line, block) {
    const row = this.row(line)
    if (!row) return
    const {top, bottom} = row.getBoundingClientRect(), shown = this.root.getBoundingClientRect()
    if (top < shown.top + 40 || bottom > shown.bottom - 40) row.scrollIntoView({block})
  }

  choose(line) {
    this.row(this.current)?.removeAttribute('aria-selected')
    this.current = line
    this.row(line)?.setAttribute('aria-selected', 'true')
    this.text.setAttribute('aria-activedescendant', `l${line}`)
  }

  tell() {
    const {line, html} = this.told
    this.text.querySelector('.story')?.remove()
    const row = html && this.row(line)
    if (!row) return
    row.insertAdjacentHTML('afterend', html)
    row.nextElementSibling.scrollIntoView({block: 'nearest'})
  }

  mark(from) {
    const {needle, lines, at} = this.found
    const wanted = needle.toLowerCase()
    for (const row of this.text.querySelectorAll('.l.hit')) {
      if (+row.dataset.n >= from) this.clear(row)
    }
    for (const line of lines) {
      if (line < from || line > this.upto) continue
      const row = this.row(line)
      row.classList.add('hit')
      row.classList.toggle('now', line === at)
      this.wrap(row.querySelector('.x'), wanted)
    }
  }

  clear(row) {
    row.classList.remove('hit', 'now')
    for (const marked of row.querySelectorAll('mark')) marked.replaceWith(...marked.childNodes)
    row.querySelector('.x').normalize()
  }

  wrap(cell, wanted) {
    for (const node of [...cell.childNodes]) {
      if (node.nodeType !== Node.TEXT_NODE) continue
      const text = node.data, low = text.toLowerCase(), pieces = []
      let end = 0
      for (let place = low.indexOf(wanted); wanted && place >= 0; place = low.indexOf(wanted, end)) {
        const marked = document.createElement('mark')
        marked.textContent = text.slice(place, place + wanted.length)
        pieces.push(text.slice(end, place), marked)
        end = place + wanted.length
      }
      if (pieces.length) node.replaceWith(...pieces, text.slice(end))
    }
  }

  click(event) {
    const from = event.target.closest('[data-act]')
    if (from) {
      if (from.tagName === 'A' && (event.ctrlKey || event.metaKey || event.shiftKey || event.button)) return
      event.preventDefault()
      this.send({...from.dataset})
      return
    }
    const row = event.target.closest('.l')
    if (!row || String(window.getSelection())) return
    this.choose(+row.dataset.n)
    this.story()
  }

  story() {
    const open = this.text.querySelector('.story')
    const same = open && open.previousElementSibling === this.row(this.current)
    this.send(same ? {act: 'shut'} : {act: 'story', line: this.current})
  }

  press(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
    if (step && event.target === this.text) {
      event.preventDefault()
      this.go(Math.max(1, Math.min(this.total, this.current + step)), true)
    } else if (event.key === 'Enter' && event.target === this.text && this.current) {
      event.preventDefault()
      this.story()
    } else if (event.key === 'Escape' && this.text.querySelector('.story')) {
      this.send({act: 'shut'})
      this.text.focus()
    }
  }
}

export function render({model}) {
  return new Pane(model).root
}

export default {render}
