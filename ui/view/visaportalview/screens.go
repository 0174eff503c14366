package visaportalview

import "github.com/openbmis/openbmis/ui/text"

// Offer is the chooser's answer.
type Offer struct {
	Title      text.Key
	Lead       []string
	Answers    []Row
	TypesTitle text.Key
	Types      []Type
	Needed     bool
	// Again leads back to the last question, with the answers.
	Again *Button
}

// Type is one type of visa that may be applied for.
type Type struct {
	Name   string
	Facts  []Row
	Button Button
}

// List is the task list of one member.
type List struct {
	Person, Name      string
	Until             string
	Done, All         int
	Own, Shared, Ends []Task
}

// People are the members of an application.
type People struct {
	Members []Member
	Most    int
	Full    bool
}

// Member is one of them.
type Member struct {
	Name, About string
	Current     bool
	Buttons     []Button
}

// Review is everything that was answered.
type Review struct {
	Faults  []Fault
	Persons []Person
}

// Person is what was answered for one person, or for all.
type Person struct {
	Title, Name string
	Sections    []Section
}

// Notice is what the data notice names.
type Notice struct {
	Authority, Version string
	Days               int
}

// Declare is the declaration with its form.
type Declare struct {
	Version string
	Notice  Notice
	Fee     string
	Form    Form
}

// Payment is where an applicant pays, or learns that he has or has not.
type Payment struct {
	Title     text.Key
	Place     string
	Fault     string
	Lead      []string
	Rows      []Row
	Provider  string
	Simulated bool
	Go        Button
	Links     []Link
}

// Confirmation tells that an application was sent.
type Confirmation struct {
	Title      text.Key
	References []Row
	Fee        string
	Pay        Button
	Hours      int
}

// Standing is where an application stands.
type Standing struct {
	State     text.Key
	Tone      string // "good", "bad", "wait", "act"
	Reference string
	At        string
	Lead      []string
	Rows      []Row
	// Request is what is asked for; Kinds the papers.
	Request string
	Kinds   []string
	// Grounds are the reasons of a refusal in words, Letter its text.
	Grounds []string
	Letter  string
	Links   []Link
	Pay     Button
	Notice  bool
}

// Checked is the answer to a carrier.
type Checked struct {
	Title text.Key
	Tone  string // "good", "bad", "wait"
	Lead  string
	Rows  []Row
}

// Photo is the page of the portrait or of the data page.
type Photo struct {
	Asked
	Page  Page
	Image string // path; empty when there is none
	Alt   string
	Have  []string
	// Items are what was seen in it.
	ItemsTitle text.Key
	Items      []Item
	Go         []Link
	// Again heads the form where a picture is there already; Instead are other ways.
	Again   text.Key
	Instead []Button
}

// Item is one thing that was looked at.
type Item struct {
	Name, Value, Advice string
	Verdict             string // "ok", "not_ok", "not_judged"
}

// Papers is the page of supporting files.
type Papers struct {
	Page    Page
	Person  string
	Lead    []string
	Missing string
	Files   []Paper
	Add     Form
	Full    bool
	Done    Button
	Faults  []Fault
}

// Paper is one supporting file.
type Paper struct {
	Kind, About, Show string
	Remove            Button
}
