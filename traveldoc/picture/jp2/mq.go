package jp2

// mqState is one state of the adaptive coder: the probability of the less likely symbol, and the states that follow (Table C.2).
type mqState struct {
	qe         uint32
	more, less uint8 // next states after the likelier and the less likely symbol
	swap       uint8 // 1: the less likely symbol changes sides
}

var mqStates = [47]mqState{
	{0x5601, 1, 1, 1}, {0x3401, 2, 6, 0}, {0x1801, 3, 9, 0}, {0x0AC1, 4, 12, 0}, {0x0521, 5, 29, 0}, {0x0221, 38, 33, 0},
	{0x5601, 7, 6, 1}, {0x5401, 8, 14, 0}, {0x4801, 9, 14, 0}, {0x3801, 10, 14, 0}, {0x3001, 11, 17, 0}, {0x2401, 12, 18, 0},
	{0x1C01, 13, 20, 0}, {0x1601, 29, 21, 0}, {0x5601, 15, 14, 1}, {0x5401, 16, 14, 0}, {0x5101, 17, 15, 0}, {0x4801, 18, 16, 0},
	{0x3801, 19, 17, 0}, {0x3401, 20, 18, 0}, {0x3001, 21, 19, 0}, {0x2801, 22, 19, 0}, {0x2401, 23, 20, 0}, {0x2201, 24, 21, 0},
	{0x1C01, 25, 22, 0}, {0x1801, 26, 23, 0}, {0x1601, 27, 24, 0}, {0x1401, 28, 25, 0}, {0x1201, 29, 26, 0}, {0x1101, 30, 27, 0},
	{0x0AC1, 31, 28, 0}, {0x09C1, 32, 29, 0}, {0x08A1, 33, 30, 0}, {0x0521, 34, 31, 0}, {0x0441, 35, 32, 0}, {0x02A1, 36, 33, 0},
	{0x0221, 37, 34, 0}, {0x0141, 38, 35, 0}, {0x0111, 39, 36, 0}, {0x0085, 40, 37, 0}, {0x0049, 41, 38, 0}, {0x0025, 42, 39, 0},
	{0x0015, 43, 40, 0}, {0x0009, 44, 41, 0}, {0x0005, 45, 42, 0}, {0x0001, 45, 43, 0}, {0x5601, 46, 46, 0},
}

// Contexts of code blocks (Table D.7).
const (
	contextZero     = 0  // to 8
	contextSign     = 9  // to 13
	contextRefine   = 14 // to 16
	contextRun      = 17
	contextUniform  = 18
	contexts        = 19
	stateUniform    = 46
	stateRun        = 3
	stateFirstZeros = 4
)

// mq is the arithmetic decoder (Annex C), and the reader of raw bits in a code block (D.6).
type mq struct {
	data []byte
	at   int
	a, c uint32
	left int
	// state and likely are of each context.
	state  [contexts]uint8
	likely [contexts]uint8
	last   byte // of raw bits
}

func (m *mq) reset() {
	m.state, m.likely = [contexts]uint8{}, [contexts]uint8{}
	m.state[contextZero], m.state[contextRun], m.state[contextUniform] = stateFirstZeros, stateRun, stateUniform
}

// start begins a segment of arithmetic code. Behind its end stand ones.
func (m *mq) start(data []byte) {
	m.data, m.at, m.left = data, 0, 0
	m.c = uint32(m.byteAt(0)) << 16
	m.in()
	m.c <<= 7
	m.left -= 7
	m.a = 0x8000
}

func (m *mq) byteAt(i int) byte {
	if i < len(m.data) {
		return m.data[i]
	}
	return 0xFF
}

func (m *mq) in() {
	if m.byteAt(m.at) != 0xFF {
		m.at++
		m.c += uint32(m.byteAt(m.at)) << 8
		m.left = 8
		return
	}
	if next := m.byteAt(m.at + 1); next > 0x8F {
		m.c += 0xFF00
		m.left = 8
	} else {
		m.at++
		m.c += uint32(next) << 9
		m.left = 7
	}
}

func (m *mq) decode(context int) uint32 {
	s := &mqStates[m.state[context]]
	d := uint32(m.likely[context])
	m.a -= s.qe
	if m.c>>16 < s.qe {
		if m.a < s.qe {
			m.state[context] = s.more
		} else {
			d ^= 1
			m.likely[context] ^= s.swap
			m.state[context] = s.less
		}
		m.a = s.qe
		m.renew()
		return d
	}
	m.c -= s.qe << 16
	if m.a&0x8000 != 0 {
		return d
	}
	if m.a < s.qe {
		d ^= 1
		m.likely[context] ^= s.swap
		m.state[context] = s.less
	} else {
		m.state[context] = s.more
	}
	m.renew()
	return d
}

func (m *mq) renew() {
	for {
		if m.left == 0 {
			m.in()
		}
		m.a <<= 1
		m.c <<= 1
		m.left--
		if m.a&0x8000 != 0 {
			return
		}
	}
}

// startRaw begins a segment of raw bits.
func (m *mq) startRaw(data []byte) { m.data, m.at, m.left, m.last = data, 0, 0, 0 }

func (m *mq) raw() uint32 {
	if m.left == 0 {
		m.left = 8
		if m.last == 0xFF {
			m.left = 7
		}
		m.last = m.byteAt(m.at)
		m.at++
	}
	m.left--
	return uint32(m.last>>m.left) & 1
}
