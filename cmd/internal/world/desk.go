package world

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/net/html"
)

// Desk is the counter as the officer sees it.
type Desk struct {
	Response
	Traveller  string            // name of the traveller at the counter; empty when nobody stands there
	Band       string            // no-hit, hit, not-checked, waiting
	Checks     map[string]string // by the check's name: the same words
	Inspection string            // id of the scan; empty when no form of the page holds it
	Stream     string            // path of the stream of findings while checks are pending
	Waiting    int               // scans behind the one at the counter
	Undoable   []string          // ids of crossings that can be undone, newest first
	Wrong      string            // words for the officer
}

// Pending tells whether a check has not answered yet.
func (d Desk) Pending() bool { return d.Stream != "" }

func readDesk(answer Response) (Desk, error) {
	d := Desk{Response: answer, Checks: map[string]string{}}
	root, err := html.Parse(strings.NewReader(answer.Body))
	if err != nil {
		return d, fmt.Errorf("the desk cannot be read: %w", err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			d.element(n)
		}
	}
	if d.Band == "" && answer.Status < http.StatusBadRequest {
		return d, fmt.Errorf("no desk at %s: answered %d", answer.Path, answer.Status)
	}
	return d, nil
}

func (d *Desk) element(n *html.Node) {
	id, class := attribute(n, "id"), attribute(n, "class")
	switch {
	case id == "band":
		d.Band = lastWord(class)
	case id == "traveller-name":
		d.Traveller = words(n)
	case id == "stream":
		d.Stream = attribute(n, "hx-sse:connect")
	case strings.HasPrefix(id, "check-"):
		d.Checks[strings.TrimPrefix(id, "check-")] = statusOf(n)
	case class == "wrong":
		d.Wrong = words(n)
	case n.Data == "li" && n.Parent != nil && attribute(n.Parent, "class") == "waiting":
		d.Waiting++
	}
	if _, rest, found := strings.Cut(attribute(n, "action"), "/inspections/"); found {
		d.Inspection, _, _ = strings.Cut(rest, "/")
	}
	if _, crossing, found := strings.Cut(attribute(n, "href"), "crossing="); found {
		d.Undoable = append(d.Undoable, crossing)
	}
}

// statusOf is the last class of the check's word.
func statusOf(check *html.Node) string {
	for n := range check.Descendants() {
		if class := attribute(n, "class"); strings.HasPrefix(class, "status") {
			return lastWord(class)
		}
	}
	return ""
}

// nextFinding reads the desk's stream until it tells of a finding or ends.
func (o *Officer) nextFinding(ctx context.Context, desk Desk) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Base+desk.Stream, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := o.HTTP.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if lines.Text() == "event: finding" {
			return nil
		}
	}
	if err := lines.Err(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func words(node *html.Node) string {
	var said strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			said.WriteString(n.Data)
		}
	}
	return strings.Join(strings.Fields(said.String()), " ")
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func lastWord(text string) string {
	all := strings.Fields(text)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
