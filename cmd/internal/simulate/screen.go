package simulate

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// screen is what the officer sees at the counter, read from the page as a browser gets it.
type screen struct {
	Status  int               // of the answer
	Band    string            // no-hit, hit, not-checked or waiting
	Checks  map[string]string // by the check's name: the same words
	Waiting int               // travellers behind the one at the counter
	Forms   []form            // what can be sent
	Panels  []string          // panels that can be asked for: admit, refer, dismiss
	Said    string            // words for the officer: what is wrong, or what was done
	Phase   string            // of the taking of prints, on its page
	Fingers map[string]string // there: the state of each finger by its name
	Counter bool              // the page is a counter at all, not sign-in, lock or an error
}

// form is a form of the page with the values that it holds.
type form struct {
	Action string
	Values url.Values
	Words  map[string][]string // the choices of a select by its name
}

// readScreen reads the page. HTML that nobody would write still gives a screen, with less in it.
func readScreen(from io.Reader) (screen, error) {
	root, err := html.Parse(from)
	if err != nil {
		return screen{}, err
	}
	s := screen{Checks: map[string]string{}, Fingers: map[string]string{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			s.element(n)
		}
	}
	return s, nil
}

func (s *screen) element(n *html.Node) {
	id, classes := attribute(n, "id"), strings.Fields(attribute(n, "class"))
	switch {
	case id == "scan" && n.Data == "form":
		s.Counter = true
	case id == "band":
		s.Band = last(classes)
	case slices.Contains(classes, "wrong"):
		s.Said = words(n)
	case id == "desk":
		s.Phase = attribute(n, "data-phase")
	case strings.HasPrefix(id, "finger-"):
		s.Fingers[strings.TrimPrefix(id, "finger-")] = attribute(n, "data-state")
	case strings.HasPrefix(id, "check-"):
		s.Checks[strings.TrimPrefix(id, "check-")] = status(n)
	case n.Data == "form":
		s.Forms = append(s.Forms, readForm(n))
	case n.Data == "a":
		if _, panel, found := strings.Cut(attribute(n, "href"), "?panel="); found {
			s.Panels = append(s.Panels, panel)
		}
	case n.Data == "li" && n.Parent != nil && slices.Contains(strings.Fields(attribute(n.Parent, "class")), "waiting"):
		s.Waiting++
	}
}

// decision is the form that records verdict, and false when the page has none.
func (s screen) decision(verdict string) (form, bool) {
	for _, f := range s.Forms {
		if strings.HasSuffix(f.Action, "/decision") && f.Values.Get("verdict") == verdict {
			return f, true
		}
	}
	return form{}, false
}

// dismissal is the form that puts the traveller's scan aside.
func (s screen) dismissal() (form, bool) {
	for _, f := range s.Forms {
		if strings.HasSuffix(f.Action, "/dismissal") {
			return f, true
		}
	}
	return form{}, false
}

// occupied tells whether a traveller stands at the counter.
func (s screen) occupied() bool { return len(s.Checks) > 0 }

// pending tells whether a check has not answered yet.
func (s screen) pending() bool {
	for _, status := range s.Checks {
		if status == "waiting" {
			return true
		}
	}
	return false
}

// status is the last class of the check's status word.
func status(check *html.Node) string {
	for n := range check.Descendants() {
		if classes := strings.Fields(attribute(n, "class")); slices.Contains(classes, "status") {
			return last(classes)
		}
	}
	return ""
}

func readForm(node *html.Node) form {
	f := form{Action: attribute(node, "action"), Values: url.Values{}, Words: map[string][]string{}}
	for n := range node.Descendants() {
		name := attribute(n, "name")
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "input" && name != "":
			f.Values.Set(name, attribute(n, "value"))
		case n.Data == "option" && n.Parent != nil:
			choices := attribute(n.Parent, "name")
			f.Words[choices] = append(f.Words[choices], attribute(n, "value"))
		}
	}
	return f
}

// words are the text below a node.
func words(node *html.Node) string {
	var said strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			said.WriteString(n.Data)
		}
	}
	return strings.TrimSpace(said.String())
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func last(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
