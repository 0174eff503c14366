package simulator

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS []byte

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// option is a choice of a list.
type option struct{ Value, Text string }

// page is what the page shows.
type page struct {
	Knobs                              Knobs
	From, Status, Refused              string
	Folder                             bool
	Took                               uint64
	People                             []string
	Fingers                            []finger
	Lies, States, Failures, Tampers    []option
	State, Failure, Tamper, Score      string
	Quality, Pressure, Moisture, Delay int
}

// finger is a finger of the page: how the form names it, how a person does, and what lies there.
type finger struct{ Name, Text, Lies string }

func (r *Reader) show(w http.ResponseWriter, request *http.Request, refused error) {
	k := r.Knobs()
	p := page{
		Knobs: k, From: "synthetic fingers", Took: r.Took(), People: r.Source.People(), Lies: lies(), States: states(), Failures: failures(),
		Tampers: tampers(), State: string(k.State), Failure: strconv.Itoa(k.Failure), Tamper: string(k.Tamper),
		Quality: percent(1 - k.Worse), Pressure: percent(k.Pressure), Moisture: percent(k.Moisture), Delay: int(time.Duration(k.Delay).Milliseconds()),
	}
	if p.Folder = len(p.People) > 0; p.Folder {
		p.From = "the files of a folder"
	}
	p.Status = "Unplugged"
	if info, err := r.Info(request.Context()); err == nil {
		p.Status = sbi.StatusName(info.State)
	}
	if k.Score != nil {
		p.Score = strconv.Itoa(*k.Score)
	}
	for _, of := range biometrics.Fingers() {
		p.Fingers = append(p.Fingers, finger{of.String(), fingerName(of), string(k.Fingers[of])})
	}
	status := http.StatusOK
	if refused != nil {
		p.Refused, status = refused.Error(), http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, p) // whoever asked has gone otherwise
}

// fingerName is a finger in words, as in "right index".
func fingerName(p biometrics.Position) string { return strings.ReplaceAll(p.String(), "_", " ") }

func percent(v float64) int { return int(math.Round(v * 100)) }

func lies() []option {
	return []option{{"", "lies there"}, {string(Missing), "missing"}, {string(Wrong), "other hand's finger"}}
}

func states() []option {
	return []option{{"", "Ready"}, {string(capture.Busy), "Busy"}, {string(capture.NotReady), "Not Ready"}, {string(capture.NotRegistered), "Not Registered"}}
}

func failures() []option {
	all := []option{{"0", "none"}}
	for code := sbi.CodeNotRegistered; code <= sbi.CodeCount; code++ {
		all = append(all, option{strconv.Itoa(code), fmt.Sprintf("%d %s", code, sbi.FailureOf(sbi.ErrorOf(code)).Info)})
	}
	return append(all, option{"530", "530 of the maker"})
}

func tampers() []option {
	return []option{
		{string(Honest), "as they are"}, {string(Data), "changed after they were signed"}, {string(Stranger), "signed by a maker whom nobody trusts"},
		{string(Unsigned), "not signed"}, {string(Chain), "with a broken chain of hashes"}, {string(Transaction), "of another transaction"},
		{string(Old), "an hour old"}, {string(Label), "of fingers that were not asked for"},
	}
}

const maxForm = 64 << 10

// fromForm reads the page's form.
func fromForm(r *http.Request) (Knobs, error) {
	text := func(name string) string { return r.PostForm.Get(name) }
	on := func(name string) bool { return text(name) != "" }
	var wrong error
	number := func(name string) int {
		if text(name) == "" {
			return 0
		}
		n, err := strconv.Atoi(text(name))
		if err != nil {
			wrong = fmt.Errorf("%s: expected a whole number", name)
		}
		return n
	}
	k := Knobs{
		Person: text("person"), Worse: 1 - float64(number("quality"))/100, Pressure: float64(number("pressure")) / 100,
		Moisture: float64(number("moisture")) / 100, Delay: Duration(time.Duration(number("delay")) * time.Millisecond),
		State: capture.State(text("state")), Failure: number("failure"), NoFinger: on("no_finger"), Unplugged: on("unplugged"),
		UnplugDuring: on("unplug_during"), Hang: on("hang"), Drop: on("drop"), Tamper: Tamper(text("tamper")), Captures: number("captures"),
	}
	if on("score") {
		score := number("score")
		k.Score = &score
	}
	k.Fingers = map[biometrics.Position]Lies{}
	for _, p := range biometrics.Fingers() {
		if on("finger_" + p.String()) {
			k.Fingers[p] = Lies(text("finger_" + p.String()))
		}
	}
	if wrong != nil {
		return k, wrong
	}
	return k, k.Check()
}

// posted turns the knobs as the page's form says, and goes back to the page.
func (r *Reader) posted(w http.ResponseWriter, request *http.Request) {
	request.Body = http.MaxBytesReader(w, request.Body, maxForm)
	err := request.ParseForm()
	if err == nil {
		var k Knobs
		if k, err = fromForm(request); err == nil {
			err = r.Set(k)
		}
	}
	if err != nil {
		r.show(w, request, err)
		return
	}
	http.Redirect(w, request, "/simulator", http.StatusSeeOther)
}

// merged turns the knobs that a JSON object names and answers with all of them.
func (r *Reader) merged(w http.ResponseWriter, request *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxForm))
	if err == nil {
		_, err = r.Merge(raw)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.told(w, request)
}

func (r *Reader) told(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(r.Knobs()) // whoever asked has gone otherwise
}
