package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

type apiCommand struct {
	Parse apiParseCommand `cmd:"" help:"Read passenger lists and the State's answers, and print what they say as JSON."`
}

type apiParseCommand struct{ messageFiles }

// Help is shown by bmis api parse --help.
func (apiParseCommand) Help() string {
	return `Passenger and crew lists (PAXLST), the State's answers (CUSRES) and reservations (PNRGOV, in EDIFACT and XML) are read, with
or without the envelope of a telex, several messages and interchanges to a file. Each message gives one JSON object on one line, in order. What is
wrong in a message stands in it under "diagnostics", with the segment's number and the byte in the file; what is wrong outside of
messages stands with the nearest one.

The exit code is 0 when each file held a message, 1 when one held none, 2 when one cannot be read: the others are
printed all the same.

Example:

    bmis api parse flight.edi --stats`
}

// messageFiles are files of messages to print.
type messageFiles struct {
	Files []string `arg:"" name:"file" help:"File of messages; - is the standard input."`
	Stats bool     `help:"Add the time that reading took, and the bytes."`
}

// parsedMessage is one line of the answer: a message, or a file without any.
type parsedMessage struct {
	File string `json:"file"`
	*apipnr.Message
	Error       string              `json:"error,omitempty"`
	Diagnostics []apipnr.Diagnostic `json:"diagnostics"`
	Stats       *parseStats         `json:"stats,omitempty"`
}

// parseStats are of the file; Bytes are the message's.
type parseStats struct {
	Bytes     int     `json:"bytes"`
	FileBytes int     `json:"file_bytes"`
	Seconds   float64 `json:"seconds"`
	MBPerS    float64 `json:"mb_per_second"`
	Messages  int     `json:"messages"`
	Segments  int     `json:"segments"`
	// BagRows are rows of bags on legs, BagTags the distinct tags among them.
	BagRows int `json:"bag_rows"`
	BagTags int `json:"bag_tags"`
}

// Run reads the files and prints a line for each message.
func (c messageFiles) Run(a *app) error {
	out := bufio.NewWriter(a.Out)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	empty := 0
	var unread []error // one file that cannot be read does not cost the others
	for _, file := range c.Files {
		body, err := readMessages(a, file)
		if err != nil {
			unread = append(unread, err)
			continue
		}
		n, err := c.file(a, file, body, lines)
		if err != nil {
			return err
		}
		if n == 0 {
			empty++
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if len(unread) > 0 {
		return usageError{errors.Join(unread...)}
	}
	if empty > 0 {
		return answer{fmt.Errorf("no message in %d of %d files", empty, len(c.Files)), exitFailed}
	}
	return nil
}

// file prints the messages of a file that was read, and says how many there are.
func (c messageFiles) file(a *app, name string, body []byte, lines *json.Encoder) (int, error) {
	start := a.Now()
	result := message.Read(body)
	took := a.Now().Sub(start)
	shown := filepath.Base(name)
	if len(result.Messages) == 0 {
		if err := lines.Encode(parsedMessage{File: shown, Error: "no message", Diagnostics: result.Diagnostics}); err != nil {
			return 0, fmt.Errorf("write the result: %w", err)
		}
		return 0, nil
	}
	outside := nearest(result)
	for i := range result.Messages {
		m := &result.Messages[i]
		pnrgov.Dial(m)
		line := parsedMessage{File: shown, Message: m, Diagnostics: append(outside[i], m.Diagnostics...)}
		if c.Stats {
			line.Stats = statsOf(m, len(body), len(result.Messages), took)
		}
		if err := lines.Encode(line); err != nil {
			return 0, fmt.Errorf("write the result: %w", err)
		}
	}
	return len(result.Messages), nil
}

func statsOf(m *apipnr.Message, bytes, messages int, took time.Duration) *parseStats {
	s := &parseStats{Bytes: m.End - m.Start, FileBytes: bytes, Seconds: took.Seconds(), Messages: messages, Segments: m.Segments}
	s.BagRows, s.BagTags = pnrgov.CountBags(m.Travellers)
	if took > 0 {
		s.MBPerS = float64(bytes) / 1e6 / took.Seconds()
	}
	return s
}

// nearest gives what stands outside of messages to them: to the one before it, else to the first. The lists are not nil.
func nearest(r message.Result) [][]apipnr.Diagnostic {
	lists := make([][]apipnr.Diagnostic, len(r.Messages))
	for i := range lists {
		lists[i] = []apipnr.Diagnostic{}
	}
	at := 0
	for _, d := range r.Diagnostics {
		for at+1 < len(r.Messages) && r.Messages[at+1].Start <= d.Offset {
			at++
		}
		lists[at] = append(lists[at], d)
	}
	return lists
}

// readMessages reads a file of messages, bounded.
func readMessages(a *app, name string) ([]byte, error) {
	in := io.NopCloser(a.In)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %s", filepath.Base(name), whyUnread(err))
		}
		in = file
	}
	defer func() { _ = in.Close() }() // only read from
	body, err := io.ReadAll(io.LimitReader(in, apipnr.MaxBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %s", filepath.Base(name), whyUnread(err))
	case len(body) > apipnr.MaxBody:
		return nil, fmt.Errorf("%s: expected at most %d bytes", filepath.Base(name), apipnr.MaxBody)
	}
	return body, nil
}
