package simulator

// words of the pages in one language.
type words struct {
	Language, Direction                                                            string
	Simulator, Nothing, Fee, Pay, Refuse, Again, Paid, Refused, Expired, Back      string
	Unknown, Knobs, Twice, Delay, Lose, Repeat, Amount, Currency, Mute, Slow, Deny string
	Set, Orders, Order, State, Payments, Refunds, None                             string
}

// wordsIn are the words in a language; English where there are none.
func wordsIn(language string) words {
	switch language {
	case "fr":
		return french()
	case "es":
		return spanish()
	case "ar":
		return arabic()
	}
	return english()
}

func english() words {
	return words{
		Language: "en", Direction: "ltr", Simulator: "SIMULATOR of a payment provider", Nothing: "This is no bank. No money moves, and no card is asked for.",
		Fee: "Fee to pay", Pay: "Pay", Refuse: "Refuse the payment", Again: "Take one more payment", Paid: "This order is paid.",
		Refused: "This payment was refused.", Expired: "This page has expired. Nothing was paid.", Back: "Back to the application",
		Unknown: "There is no such order.", Knobs: "How it behaves", Twice: "take every payment twice", Delay: "delay of the call-back",
		Lose: "lose the call-back", Repeat: "call back twice", Amount: "added to the amount taken, in minor units", Currency: "another currency taken",
		Mute: "cut the connection instead of answering", Slow: "refunds are slow", Deny: "refuse refunds", Set: "Set", Orders: "Orders", Order: "Order",
		State: "State", Payments: "Payments", Refunds: "Refunds", None: "None yet.",
	}
}

func french() words {
	return words{
		Language: "fr", Direction: "ltr", Simulator: "SIMULATEUR d’un prestataire de paiement",
		Nothing: "Ceci n’est pas une banque. Aucun argent ne circule et aucune carte n’est demandée.",
		Fee:     "Droits à payer", Pay: "Payer", Refuse: "Refuser le paiement", Again: "Prendre un paiement de plus", Paid: "Cette commande est payée.",
		Refused: "Ce paiement a été refusé.", Expired: "Cette page a expiré. Rien n’a été payé.", Back: "Retour à la demande",
		Unknown: "Cette commande n’existe pas.", Knobs: "Son comportement", Twice: "prendre chaque paiement deux fois", Delay: "délai du rappel",
		Lose: "perdre le rappel", Repeat: "rappeler deux fois", Amount: "ajouté au montant pris, en unités mineures", Currency: "autre monnaie prise",
		Mute: "couper la connexion au lieu de répondre", Slow: "les remboursements sont lents", Deny: "refuser les remboursements", Set: "Régler",
		Orders: "Commandes", Order: "Commande", //nolint:misspell // French
		State: "État", Payments: "Paiements", Refunds: "Remboursements", None: "Aucune pour l’instant.",
	}
}

func spanish() words {
	return words{
		Language: "es", Direction: "ltr", Simulator: "SIMULADOR de un proveedor de pagos",
		Nothing: "Esto no es un banco. No se mueve dinero ni se pide ninguna tarjeta.",
		Fee:     "Tasa a pagar", Pay: "Pagar", Refuse: "Rechazar el pago", Again: "Cobrar un pago más", Paid: "Este pedido está pagado.",
		Refused: "Este pago fue rechazado.", Expired: "Esta página ha caducado. No se pagó nada.", Back: "Volver a la solicitud",
		Unknown: "No existe ese pedido.", Knobs: "Cómo se comporta", Twice: "cobrar cada pago dos veces", Delay: "retraso del aviso",
		Lose: "perder el aviso", Repeat: "avisar dos veces", Amount: "añadido al importe cobrado, en unidades menores", Currency: "otra moneda cobrada",
		Mute: "cortar la conexión en vez de responder", Slow: "los reembolsos son lentos", Deny: "rechazar los reembolsos", Set: "Ajustar",
		Orders: "Pedidos", Order: "Pedido", State: "Estado", Payments: "Pagos", Refunds: "Reembolsos", None: "Ninguno todavía.",
	}
}

func arabic() words {
	return words{
		Language: "ar", Direction: "rtl", Simulator: "محاكاة لمزوّد خدمة دفع", Nothing: "هذا ليس مصرفًا. لا تُنقل أي أموال ولا تُطلب أي بطاقة.",
		Fee: "الرسم المطلوب دفعه", Pay: "ادفع", Refuse: "رفض الدفع", Again: "تحصيل دفعة أخرى", Paid: "هذا الطلب مدفوع.",
		Refused: "رُفضت هذه الدفعة.", Expired: "انتهت صلاحية هذه الصفحة. لم يُدفع شيء.", Back: "العودة إلى طلب التأشيرة",
		Unknown: "لا يوجد طلب كهذا.", Knobs: "كيف تتصرف المحاكاة", Twice: "تحصيل كل دفعة مرتين", Delay: "تأخير الإشعار",
		Lose: "فقدان الإشعار", Repeat: "إرسال الإشعار مرتين", Amount: "ما يضاف إلى المبلغ المحصّل بالوحدات الصغرى", Currency: "عملة أخرى تُحصَّل",
		Mute: "قطع الاتصال بدل الإجابة", Slow: "ردّ المبالغ بطيء", Deny: "رفض ردّ المبالغ", Set: "ضبط",
		Orders: "الطلبات", Order: "الطلب", State: "الحالة", Payments: "الدفعات", Refunds: "المبالغ المردودة", None: "لا شيء بعد.",
	}
}
