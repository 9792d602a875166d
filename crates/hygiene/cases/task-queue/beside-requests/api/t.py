import threading

threading.Thread(target=f).start()
