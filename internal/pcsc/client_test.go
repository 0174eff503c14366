package pcsc

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
)

func TestOnlyAProgramBuiltForItDials(t *testing.T) {
	d := &daemon{minor: 4}
	d.start(t)
	c, err := Dial(t.Context(), Options{Socket: d.socket})
	if !Built {
		require.ErrorIs(t, err, ErrNotBuilt)
		return
	}
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

func TestVersionsOfTheProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		daemon daemon
		want   error
	}{
		"4:4":                            {daemon{minor: 4, strict: true}, nil},
		"4:5, which takes no other":      {daemon{minor: 5, strict: true}, nil},
		"4:6, which takes ours":          {daemon{minor: 6}, nil},
		"4:6, which takes no other":      {daemon{minor: 6, strict: true}, ErrProtocol},
		"4:3, which has another waiting": {daemon{minor: 3, strict: true}, ErrProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			c.daemon.start(t)
			client, err := connect(t.Context(), Options{Socket: c.daemon.socket})
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			readers, err := client.Readers(t.Context())
			require.NoError(t, err)
			require.Len(t, readers, 1)
			require.NoError(t, client.Close())
			require.NoError(t, client.Close(), "closing twice")
		})
	}
}

func TestADaemonThatRefusesItsOwnVersionIsLeft(t *testing.T) {
	d := &daemon{answers: map[uint32]func([]byte, net.Conn) []byte{cmdVersion: func(body []byte, _ net.Conn) []byte {
		return words(nil, versionMajor, 9-word(body, 1), codeServiceStopped) // 5 for 4 and 4 for 5
	}}}
	d.start(t)
	_, err := connect(t.Context(), Options{Socket: d.socket})
	require.ErrorIs(t, err, ErrProtocol)
}

func TestWhatADaemonSaysWrongIsRefused(t *testing.T) {
	noEnd := state("x", 0, nil)
	for i := range nameSize {
		noEnd[i] = 'x'
	}
	longATR := state("x", bitPresent, nil)
	copy(longATR[4*stateATRLength:], words(nil, atrSize+1))
	list := func(c *Client) error { _, err := c.Readers(t.Context()); return err }
	open := func(c *Client) error { _, err := c.Connect(t.Context(), "One", Shared); return err }
	send := func(c *Client) error {
		k, err := c.Connect(t.Context(), "One", Shared)
		require.NoError(t, err)
		_, err = k.Transmit(t.Context(), []byte{0, 0xA4, 0, 0})
		return err
	}
	for name, c := range map[string]struct {
		command uint32
		answer  []byte
		do      func(*Client) error
		want    error
	}{
		"name without end":       {cmdReaders, states(noEnd), list, ErrProtocol},
		"name that is no text":   {cmdReaders, states(state("\xff", 0, nil)), list, ErrProtocol},
		"answer to reset":        {cmdReaders, states(longATR), list, ErrProtocol},
		"connect: protocol":      {cmdConnect, words(make([]byte, 4+nameSize), 2, 3, 99, 4, codeOK), open, ErrProtocol},
		"connect: no card":       {cmdConnect, words(make([]byte, 4+nameSize), 2, 3, 0, 0, codeNoCard), open, chip.ErrGone},
		"connect: reader gone":   {cmdConnect, words(make([]byte, 4+nameSize), 2, 3, 0, 0, codeUnknownReader), open, ErrReaderGone},
		"connect: busy":          {cmdConnect, words(make([]byte, 4+nameSize), 2, 3, 0, 0, codeSharing), open, ErrBusy},
		"transmit: too long":     {cmdTransmit, transmitted(maxExchange+1, codeOK), send, ErrProtocol},
		"transmit: no status":    {cmdTransmit, transmitted(1, codeOK), send, ErrProtocol},
		"transmit: card removed": {cmdTransmit, transmitted(0, codeRemoved), send, chip.ErrGone},
		"transmit: card reset":   {cmdTransmit, transmitted(0, codeReset), send, chip.ErrGone},
		"transmit: reader gone":  {cmdTransmit, transmitted(0, codeReaderGone), send, ErrReaderGone},
		"transmit: stopped":      {cmdTransmit, transmitted(0, codeServiceStopped), send, ErrNoService},
	} {
		t.Run(name, func(t *testing.T) {
			d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{c.command: func(body []byte, conn net.Conn) []byte {
				if c.command == cmdTransmit { // the command APDU follows
					_, _ = io.ReadFull(conn, make([]byte, word(body, 3)))
				}
				return c.answer
			}}}
			require.ErrorIs(t, c.do(d.dialled(t)), c.want)
		})
	}
}

func TestADaemonThatGoesAwayIsSaid(t *testing.T) {
	for _, command := range []uint32{cmdVersion, cmdEstablish} {
		d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{command: nil}}
		d.start(t)
		_, err := connect(t.Context(), Options{Socket: d.socket})
		require.ErrorIs(t, err, ErrNoService)
	}
	_, err := connect(t.Context(), Options{Socket: "/nowhere/pcscd.comm"})
	require.ErrorIs(t, err, ErrNoService)

	d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{cmdTransmit: nil}}
	c := d.dialled(t)
	k, err := c.Connect(t.Context(), "One", Exclusive)
	require.NoError(t, err)
	_, err = k.Transmit(t.Context(), []byte{0, 0xA4, 0, 0})
	require.ErrorIs(t, err, ErrNoService)
	_, err = k.Transmit(t.Context(), []byte{0, 0xA4, 0, 0})
	require.ErrorIs(t, err, ErrClosed, "nothing is asked of a connection that is out of step")
}

func TestACodeThatIsNotKnownIsGivenAsItIs(t *testing.T) {
	d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{cmdEstablish: fixed(words(nil, 2, 0, 0x80100006))}}
	d.start(t)
	_, err := connect(t.Context(), Options{Socket: d.socket})
	var code *Error
	require.ErrorAs(t, err, &code)
	require.Equal(t, uint32(0x80100006), code.Code)
	require.Contains(t, err.Error(), "80100006")
}

// silent keeps a command and gives no answer until the test ends.
func silent(t *testing.T) func([]byte, net.Conn) []byte {
	return func([]byte, net.Conn) []byte { <-t.Context().Done(); return nil }
}

func TestWhatTakesTooLongIsBrokenOff(t *testing.T) {
	d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{cmdTransmit: silent(t)}}
	d.start(t)
	c, err := connect(t.Context(), Options{Socket: d.socket, Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	k, err := c.Connect(t.Context(), "One", Shared)
	require.NoError(t, err)
	_, err = k.Transmit(t.Context(), []byte{0, 0xA4, 0, 0})
	require.ErrorIs(t, err, ErrTimeout)
	require.NoError(t, c.Close())
}

func TestACancelledCommandEndsAtOnce(t *testing.T) {
	d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{cmdTransmit: silent(t)}}
	c := d.dialled(t)
	k, err := c.Connect(t.Context(), "One", Shared)
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for command := range d.seen {
			if command == cmdTransmit {
				cancel(errors.New("enough"))
				return
			}
		}
	}()
	_, err = k.Transmit(ctx, []byte{0, 0xA4, 0, 0})
	require.ErrorContains(t, err, "enough")
	_, err = c.Readers(t.Context())
	require.ErrorIs(t, err, ErrClosed)
}

func TestWaitingForACard(t *testing.T) {
	come := make(chan struct{})
	asked := 0
	d := &daemon{minor: 4}
	d.answers = map[uint32]func([]byte, net.Conn) []byte{cmdAwaitChange: func(_ []byte, conn net.Conn) []byte {
		if asked++; asked > 1 {
			return states(state("One", bitPresent, []byte{0x3B}))
		}
		if _, err := conn.Write(states(state("One", 2, nil))); err != nil {
			return nil
		}
		<-come
		return words(nil, 0, codeOK) // something changed
	}}
	c := d.dialled(t)
	first := true
	found, err := c.Wait(t.Context(), func(readers []Reader) bool {
		if first {
			first = false
			require.False(t, readers[0].Present)
			close(come)
		}
		return readers[0].Present
	})
	require.NoError(t, err)
	require.Equal(t, []byte{0x3B}, found[0].ATR)
	_, err = c.Readers(t.Context())
	require.NoError(t, err, "the client's own line is as it was")
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	d := &daemon{minor: 4}
	c := d.dialled(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := c.Wait(ctx, func([]Reader) bool {
		cancel(errors.New("nobody came"))
		return false
	})
	require.ErrorContains(t, err, "nobody came")
}

func TestWaitingThatTheDaemonEndsIsAnError(t *testing.T) {
	d := &daemon{minor: 4, answers: map[uint32]func([]byte, net.Conn) []byte{
		cmdAwaitChange: fixed(words(states(), 0, 0x80100002)),
	}}
	_, err := d.dialled(t).Wait(t.Context(), func([]Reader) bool { return false })
	require.ErrorIs(t, err, ErrProtocol)
}

func TestNamesOfReaders(t *testing.T) {
	c := (&daemon{minor: 4}).dialled(t)
	for _, name := range []string{"", string(make([]byte, 3)), string(make([]byte, nameSize))} {
		_, err := c.Connect(t.Context(), name, Shared)
		require.Error(t, err)
	}
}

func TestLengthsOfCommands(t *testing.T) {
	c := (&daemon{minor: 4}).dialled(t)
	k, err := c.Connect(t.Context(), "One", Shared)
	require.NoError(t, err)
	for _, n := range []int{0, 3, maxExchange + 1} {
		_, err := k.Transmit(t.Context(), make([]byte, n))
		require.Error(t, err)
	}
	for _, n := range []int{4, 261, maxExchange} { // extended length too
		response, err := k.Transmit(t.Context(), make([]byte, n))
		require.NoError(t, err, n)
		require.Equal(t, []byte{0x90, 0x00}, response)
	}
	require.NoError(t, k.Disconnect(t.Context(), Leave))
}

// A card of T=0 says how much there is and is asked for it; no more is expected of one command than it can give.
func TestACardOfT0(t *testing.T) {
	var sent [][]byte
	script := [][]byte{{0x61, 0x03}, {0x6C, 0x02}, {0xAA, 0xBB, 0x61, 0x01}, {0xCC, 0x90, 0x00}}
	d := &daemon{minor: 4}
	d.answers = map[uint32]func([]byte, net.Conn) []byte{
		cmdConnect: fixed(words(make([]byte, 4+nameSize), 2, 3, 99, uint32(T0), codeOK)),
		cmdTransmit: func(body []byte, conn net.Conn) []byte {
			command := make([]byte, word(body, 3))
			_, _ = conn.Read(command)
			sent = append(sent, command)
			response := script[min(len(sent), len(script))-1]
			return append(transmitted(uint32(len(response)), codeOK), response...)
		},
	}
	k, err := d.dialled(t).Connect(t.Context(), "One", Shared)
	require.NoError(t, err)
	response, err := k.Transmit(t.Context(), []byte{0x00, 0x86, 0, 0, 0x02, 0x7C, 0x00, 0x00})
	require.NoError(t, err)
	require.Equal(t, []byte{0xAA, 0xBB, 0xCC, 0x90, 0x00}, response)
	require.Equal(t, [][]byte{
		{0x00, 0x86, 0, 0, 0x02, 0x7C, 0x00}, {0x00, 0xC0, 0, 0, 0x03}, {0x00, 0xC0, 0, 0, 0x02}, {0x00, 0xC0, 0, 0, 0x01},
	}, sent)
	_, err = k.Transmit(t.Context(), append([]byte{0x00, 0xB0, 0, 0, 0}, make([]byte, 2)...))
	require.ErrorContains(t, err, "extended length")
	script = [][]byte{{0x61, 0x01}}
	_, err = k.Transmit(t.Context(), []byte{0x00, 0xB0, 0, 0, 0x01})
	require.Error(t, err, "a card that has always more is left")
}

// FuzzReaders: whatever the table of readers holds, what comes out is within its bounds.
func FuzzReaders(f *testing.F) {
	f.Add(states(state("One", bitPresent, []byte{0x3B, 0x80})))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		table := make([]byte, stateCount*stateSize)
		copy(table, data)
		readers, err := readersOf(table)
		if err != nil {
			require.ErrorIs(t, err, ErrProtocol)
			return
		}
		require.LessOrEqual(t, len(readers), stateCount)
		for _, r := range readers {
			require.NotEmpty(t, r.Name)
			require.LessOrEqual(t, len(r.ATR), atrSize)
		}
	})
}
