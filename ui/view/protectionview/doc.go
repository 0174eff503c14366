// Package protectionview draws the signal that somebody needs protection, as any officer gives it, and the screens of the service that
// takes the person over. What an officer sees after the signal says only that somebody was handed over.
package protectionview
