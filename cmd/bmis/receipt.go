package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
)

type receiptCommand struct {
	Verify receiptVerify `cmd:"" help:"Say whether a receipt is genuine."`
}

// The exit codes of bmis receipt verify besides those of every command: 0 genuine, 1 not genuine.
const (
	exitKeyUnknown = 3
	exitKeyExpired = 4
)

type receiptVerify struct {
	File     string `arg:"" optional:"" default:"-" help:"The code's text, or the seal as bytes, hexadecimal or base64, or a picture of the code (PNG, JPEG); - is the standard input."`
	Keys     string `required:"" placeholder:"FILE" help:"File of public keys, as /receipts/keys.json of a station or of the centre gives it."`
	Document string `placeholder:"NUMBER" help:"Number of the document that is shown with the receipt: is it the one it was issued on?"`
}

// Help is shown by bmis receipt verify --help.
func (receiptVerify) Help() string {
	return `Neither a database nor a line is needed: the public keys are enough. What the receipt states is printed with the answer.

Exit codes: 0 genuine, 1 not genuine, 2 wrong use or a file that cannot be read, 3 the key is not in the file of keys, 4 signed on a day
on which the key did not sign.

Example:

    bmis receipt verify code.txt --keys keys.json --document L898902C3`
}

// Run verifies and prints what was found.
func (c receiptVerify) Run(a *app) error {
	keys, err := c.keys()
	if err != nil {
		return usageError{err}
	}
	input, err := c.input(a)
	if err != nil {
		return usageError{err}
	}
	result := receipt.Result{Verdict: receipt.NotGenuine, Why: receipt.WhyUnreadable}
	if sealed, err := receipt.Decode(input); err != nil {
		result.Detail = err.Error()
	} else {
		result = keys.Verify(sealed, c.Document)
	}
	if _, err := io.WriteString(a.Out, report(result, c.Document != "")); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return ended(result)
}

func (c receiptVerify) keys() (receipt.Keys, error) {
	text, err := readBounded(c.Keys, receipt.MaxKeyFile)
	if err != nil {
		return nil, fmt.Errorf("public keys: %w", err)
	}
	file, err := receipt.ParseKeyFile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Keys, err)
	}
	return receipt.KeysOf(file.Keys), nil
}

// input is what the file holds; of a picture, what its code says.
func (c receiptVerify) input(a *app) ([]byte, error) {
	var data []byte
	var err error
	if c.File == "-" {
		data, err = io.ReadAll(io.LimitReader(a.In, qr.MaxPicture+1))
	} else {
		data, err = readBounded(c.File, qr.MaxPicture)
	}
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	if !isPicture(data) {
		return data, nil
	}
	text, err := qr.Read(data)
	return []byte(text), err
}

func isPicture(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\x89PNG")) || bytes.HasPrefix(data, []byte{0xFF, 0xD8, 0xFF})
}

func readBounded(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return io.ReadAll(io.LimitReader(file, limit+1))
}

// report is what was found, in lines.
func report(r receipt.Result, asked bool) string {
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%-10s %s\n", name, value)
		}
	}
	line("result", map[receipt.Verdict]string{receipt.Genuine: "genuine", receipt.NotGenuine: "NOT GENUINE", receipt.CannotSay: "CANNOT SAY"}[r.Verdict])
	line("why", r.Detail)
	if !r.Read {
		return out.String()
	}
	if r.Verdict != receipt.Genuine {
		line("", "what follows stands on the receipt; nobody vouches for it")
	}
	line("number", r.Content.Number)
	line("crossing", r.Content.Crossing.String())
	line("station", r.Content.Station)
	line("direction", string(r.Content.Direction))
	line("at", r.Content.At.Format(time.RFC3339))
	line("date", r.Content.LocalDate.String())
	line("status", string(r.Content.Status))
	if r.Content.Days > 0 {
		line("days", fmt.Sprint(r.Content.Days))
	}
	line("until", r.Content.Until.String())
	if asked && r.Verdict == receipt.Genuine {
		line("document", "is the one shown")
	}
	line("key", r.Header.Reference)
	line("signed", r.Header.Signed.String())
	return out.String()
}

// ended is the exit code of the result, as an error; nil when genuine.
func ended(r receipt.Result) error {
	switch {
	case r.Verdict == receipt.Genuine:
		return nil
	case r.Why == receipt.WhyKeyExpired:
		return answer{errors.New("the key did not sign on that day"), exitKeyExpired}
	case r.Verdict == receipt.CannotSay:
		return answer{errors.New("the key is not known"), exitKeyUnknown}
	}
	return answer{errors.New("the receipt is not genuine"), exitFailed}
}
