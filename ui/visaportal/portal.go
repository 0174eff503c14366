package visaportal

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/ui/web"
)

// Fees is the way to the payment provider: pay.Service.
type Fees interface {
	Start(ctx context.Context, group uuid.UUID) (pay.Order, error)
	Returned(ctx context.Context, group uuid.UUID) (pay.Account, error)
	Account(ctx context.Context, group uuid.UUID) (pay.Account, error)
	CallBack(ctx context.Context, header func(name string) string, body []byte) error
}

// Provider is what applicants are told of who takes the money.
type Provider struct {
	Name string
	// Origin is the provider's pages' origin ("https://pay.example"): the only place outside that a form of ours may lead to.
	Origin string
	// Simulated says on the page that no money moves.
	Simulated bool
}

// Options are what the portal is made of. Fees may be nil: then nothing that costs something can be paid.
type Options struct {
	Service  *apply.Service
	Fees     Fees
	Provider Provider
	// PortName is what people call a post; nil, or an empty answer: its id.
	PortName func(id string) string
	// Judging bounds how many portraits are judged at once for the live feedback; zero means two.
	Judging int
	// Receiving bounds how many bodies with files are held in memory at once; zero means 16. Who finds no place within ReceiveWait (zero: five
	// seconds) is asked to try again.
	Receiving   int
	ReceiveWait time.Duration
}

// Paths that others lead to: the payment provider's way back and call-backs (pay.Options).
const (
	ReturnPath = "/paid/{group}"
	NotifyPath = "/pay/notify"
)

// bounds of bodies: a page of answers, and the files of a reply with its text.
const (
	maxForm   = 256 << 10
	maxUpload = 64 << 10
	// maxFiles is how many files come with one reply, and maxLarge how many of them may be as large as a file may be.
	maxFiles = 8
	maxLarge = 3
)

type portal struct {
	Options
	countries *countries
	turns     chan struct{}
	places    chan struct{} // for bodies with files
}

// Register puts the portal's routes onto a server of its own.
func Register(s *web.Server, o Options) {
	if o.Judging < 1 {
		o.Judging = 2
	}
	if o.Receiving < 1 {
		o.Receiving = 16
	}
	if o.ReceiveWait <= 0 {
		o.ReceiveWait = 5 * time.Second
	}
	p := &portal{Options: o, countries: newCountries(), turns: make(chan struct{}, o.Judging), places: make(chan struct{}, o.Receiving)}
	get := func(path string, h web.Handler) { s.HandlePublic(http.MethodGet, path, p.page(h), web.FromBrowser()) }
	post := func(path string, most int64, h web.Handler) {
		s.HandlePublic(http.MethodPost, path, p.page(h), web.FromBrowser(), web.MaxBody(most), web.Files())
	}
	p.entrance(get, post)
	p.application(get, post)
	p.payment(get, post)
	p.following(get, post)
	if o.Fees != nil {
		s.HandlePublic(http.MethodPost, NotifyPath, p.notify, web.Machine(), web.MaxBody(maxForm))
	}
}

type (
	getter func(path string, h web.Handler)
	poster func(path string, most int64, h web.Handler)
)

func (p *portal) entrance(get getter, post poster) {
	get("/", p.start)
	post("/language", maxForm, p.language)
	get("/privacy", p.privacy)
	get("/need", p.need)
	post("/need", maxForm, p.chosen)
	post("/leave", maxForm, p.leave)
	get("/left", p.left)
	get("/resume", p.resume)
	post("/resume", maxForm, p.resumeAsk)
	get(apply.ResumePath+":link", p.resumeLink)
	post("/resume/open", maxForm, p.resumeOpen)
	get("/verify", p.verify)
	post("/verify", maxForm, p.verified)
}

func (p *portal) application(get getter, post poster) {
	file := int64(upload.MaxBytes() + maxUpload)
	post("/apply", maxForm, p.begin)
	get("/apply", p.tasks)
	get("/apply/group", p.group)
	post("/apply/group/add", maxForm, p.groupAdd)
	post("/apply/group/switch", maxForm, p.groupSwitch)
	post("/apply/group/remove", maxForm, p.groupRemove)
	get("/apply/portrait", p.portrait)
	post("/apply/portrait", file, p.inPlace(p.portraitSend))
	post("/apply/portrait/check", file, p.inPlace(p.portraitCheck))
	get("/apply/passport", p.passport)
	post("/apply/passport", file, p.inPlace(p.passportSend))
	get("/apply/papers", p.papers)
	post("/apply/papers", file, p.inPlace(p.papersAdd))
	post("/apply/papers/remove", maxForm, p.papersRemove)
	post("/apply/papers/done", maxForm, p.papersDone)
	get("/apply/file/:file", p.file)
	get("/apply/check", p.check)
	get("/apply/declare", p.declare)
	post("/apply/declare", maxForm, p.send)
	get("/apply/save", p.save)
	post("/apply/save", maxForm, p.saveSend)
	post("/apply/close", maxForm, p.closeDraft)
	get("/apply/forget", p.forget)
	post("/apply/forget", maxForm, p.forgotten)
	get("/apply/sent", p.sent)
	get("/apply/:page", p.question)
	post("/apply/:page", maxForm, p.answer)
}

func (p *portal) payment(get getter, post poster) {
	get("/apply/pay", p.pay)
	post("/apply/pay", maxForm, p.payGo)
	get("/paid/:group", p.paid)
}

func (p *portal) following(get getter, post poster) {
	files := int64(maxLarge*upload.MaxBytes() + maxUpload)
	get("/status", p.status)
	post("/status", maxForm, p.find)
	get("/status/application", p.standing)
	post("/status/close", maxForm, p.closeStatus)
	post("/status/pay", maxForm, p.statusPay)
	get("/status/reply", p.reply)
	post("/status/reply", files, p.inPlace(p.replySend))
	get("/status/withdraw", p.withdraw)
	post("/status/withdraw", maxForm, p.withdrawSend)
	get("/status/appeal", p.appeal)
	post("/status/appeal", files, p.inPlace(p.appealSend))
	get("/status/notice", p.notice)
}
