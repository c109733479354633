"""Messages of customers, sent to the right queue with a drafted answer."""
