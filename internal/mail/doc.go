// Package mail sends e-mails that wait in an outbox: by SMTP, or into a folder where there is no mail server. It exists so that a letter that
// was promised in a transaction goes out, however often mail servers and programs fail in between.
//
// It must never write an address or a word of a letter to a log, never put what came from people into a header unread, and never take a
// letter for sent before the mail server took it. A letter may go out twice when the program is killed right then; its Message-ID is the
// same, so that the second is known as such.
package mail
