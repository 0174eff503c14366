package config

import "log/slog"

// What settings are for that several programs read.
const (
	aboutDataDir  = "directory for keys and the private database"
	aboutLanguage = "language before a person chose one"
	aboutState    = "the State of the crossing point, or that issues visas, three letters as in an MRZ; the made-up UTO while training"
)

// Portal is the configuration of the public portal of visas, within the centre or as a program of its own.
type Portal struct {
	// DataDir holds the portal's keys; absolute. The centre's own stand in the same place when it runs the portal.
	DataDir string
	// DSN reaches the centre's database as the role bmis_portal; "" within a centre that has a private database.
	DSN string
	// Listen is the address of the https listener; "": there is no portal.
	Listen string
	// URL is the public address, for links in letters.
	URL string
	// CertFile and KeyFile are the certificate that browsers are shown (PEM); "" takes the centre's own.
	CertFile, KeyFile string
	// SMTP is the address of the mail server, which may hold a password; "": letters go to MailFolder, or wait.
	SMTP       string
	MailFrom   string
	MailFolder string
	// PayURL is the payment provider's address, PayKey the file of the key shared with it; "": nobody takes fees.
	PayURL, PayKey string
	// Policy is the file of the State's policy of visas; "" is the program's own.
	Policy string
	// State is the one that issues.
	State string

	LogLevel slog.Level
	Language string

	settings []Setting
}

// On reports whether there is a portal.
func (p Portal) On() bool { return p.Listen != "" }

// Settings lists what was read, in reading order, with secrets hidden.
func (p Portal) Settings() []Setting { return p.settings }

// portal reads what the centre and the portal's own program have in common.
func (r *reader) portal(listen string) Portal {
	p := Portal{
		Listen:     r.optionalAddress("BMIS_PORTAL_LISTEN", listen, "https listener of the public portal of visas (docs/portal.md); 'off' for none"),
		URL:        r.url("BMIS_PORTAL_URL", []string{"https", "http"}, "the portal's public address, for links in letters, such as `https://visa.example.org`"),
		DSN:        r.secret("BMIS_PORTAL_DSN", "the centre's database, as the role bmis_portal; empty within a centre that has a private database"),
		CertFile:   r.path("BMIS_PORTAL_CERT", "", "certificate that the portal shows (PEM file); empty is the centre's own"),
		KeyFile:    r.path("BMIS_PORTAL_KEY", "", "key of BMIS_PORTAL_CERT (PEM file)"),
		SMTP:       r.secret("BMIS_SMTP_URL", "mail server for letters to applicants: `smtp://USER:PASSWORD@HOST:587` or `smtps://…:465`; empty: they go to BMIS_MAIL_FOLDER, or wait"),
		MailFrom:   r.get("BMIS_MAIL_FROM", "Visa Office <visa@localhost>", "sender of letters to applicants"),
		MailFolder: r.path("BMIS_MAIL_FOLDER", "", "folder that letters to applicants are written to instead, for a demo"),
		PayURL:     r.url("BMIS_PAY_URL", []string{"https", "http"}, "payment provider (docs/payments.md); empty: nobody takes fees, and what costs something cannot be sent"),
		PayKey:     r.path("BMIS_PAY_KEY", "", "file of the key that the payment provider and the portal share: 64 hexadecimal digits"),
		Policy:     r.path("BMIS_VISA_POLICY", "", "JSON file of the State's policy of visas: types, fees, papers, targets (docs/evisa.md); empty is the program's own"),
	}
	if (p.CertFile == "") != (p.KeyFile == "") {
		r.fail("BMIS_PORTAL_CERT", "and BMIS_PORTAL_KEY belong together; expected both or neither")
	}
	if (p.PayURL == "") != (p.PayKey == "") {
		r.fail("BMIS_PAY_URL", "and BMIS_PAY_KEY belong together; expected both or neither")
	}
	if p.SMTP != "" && p.MailFolder != "" {
		r.fail("BMIS_MAIL_FOLDER", "is set together with BMIS_SMTP_URL; expected one of them")
	}
	return p
}

// LoadPortal reads the configuration of the portal's own program; the error is Problems, naming every wrong variable.
func LoadPortal(getenv Getenv) (Portal, error) {
	r := newReader(getenv)
	dir := r.path("BMIS_DATA_DIR", defaultDataDir(getenv, "portal"), aboutDataDir)
	p := r.portal(":8444")
	p.DataDir = dir
	p.State = r.state("BMIS_STATE", aboutState)
	p.LogLevel = r.logLevel("BMIS_LOG_LEVEL")
	p.Language = r.oneOf("BMIS_LANGUAGE", "en", []string{"en", "fr", "es", "ar"}, aboutLanguage)
	for _, needed := range [][2]string{
		{"BMIS_PORTAL_LISTEN", p.Listen}, {"BMIS_PORTAL_URL", p.URL}, {"BMIS_PORTAL_DSN", p.DSN}, {"BMIS_PORTAL_CERT", p.CertFile},
	} {
		if needed[1] == "" {
			r.fail(needed[0], "is not set; expected one: this program is the portal alone")
		}
	}
	settings, err := r.done()
	p.settings = settings
	return p, err
}

// readPortal reads the centre's portal.
func (c *Central) readPortal(r *reader) {
	c.State = r.state("BMIS_STATE", aboutState)
	c.Portal = r.portal("off")
	c.Portal.DataDir, c.Portal.State, c.Portal.LogLevel, c.Portal.Language = c.DataDir, c.State, c.LogLevel, c.Language
	if c.Portal.On() && !c.Database.Embedded() && c.Portal.DSN == "" {
		r.fail("BMIS_PORTAL_DSN", "is not set; expected the database of BMIS_DSN as the role bmis_portal, for BMIS_PORTAL_LISTEN is set")
	}
	if c.Portal.On() && c.Portal.URL == "" {
		c.Portal.URL = "https://" + c.HTTP.Names[0]
	}
}
